import { isMongoCommand, isRedisScript, NO_FAULT, type SwallowFault } from '@mcp-server/testing';

import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const RATE = 40;
const SECONDS = 20;
const RATE_SWALLOWED = 0.05;
/** Longer than the timeouts of a fail-fast Redis command and of an insert. */
const HOLE_MS = 2_500;

const swallow = (matches: SwallowFault['matches'], how: SwallowFault['how']): SwallowFault => ({
  kind: 'swallow',
  rate: RATE_SWALLOWED,
  matches,
  how,
  holeMs: HOLE_MS,
});

/** Inserts and adds of the APIs; claims, finishes and BullMQ's moves of the workers. */
function setFaults({ apis, workers }: Rig): void {
  for (const api of apis) {
    api.mongodb.setFault(swallow(isMongoCommand('insert'), 'cut'));
    api.redis.setFault(swallow(isRedisScript, 'hole'));
  }
  for (const worker of workers) {
    worker.mongodb.setFault(swallow(isMongoCommand('findAndModify', 'update'), 'cut'));
    worker.redis.setFault(swallow(isRedisScript, 'cut'));
  }
}

export default defineRow({
  id: 'F15',
  title: 'the reply to 5 % of inserts, adds, claims and finishes is lost after the write',
  quiescenceSeconds: 45,
  async run(rig) {
    setFaults(rig);
    await rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX });
    await rig.load.settled();
    const slots = [...rig.apis, ...rig.workers];
    for (const { mongodb, redis } of slots) {
      mongodb.setFault(NO_FAULT);
      redis.setFault(NO_FAULT);
    }
    const sum = (store: 'mongodb' | 'redis') =>
      slots.reduce((total, slot) => total + slot[store].swallowed, 0);
    rig.measured['replies lost by the database'] = sum('mongodb');
    rig.measured['replies lost by Redis'] = sum('redis');
  },
  check(_record, { measured }) {
    const isHit = Object.values(measured).every((swallowed) => swallowed > 0);
    return isHit ? [] : [inconclusive(`no reply was lost: ${JSON.stringify(measured)}`)];
  },
});
