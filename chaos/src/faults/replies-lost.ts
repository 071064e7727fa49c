import { setTimeout as delay } from 'node:timers/promises';

import { isMongoCommand, isRedisScript, NO_FAULT } from '@mcp-server/testing';

import { defineFault } from './fault.ts';

const RATE = 0.05;
const LASTS_MS = 4_000;

/** Loses the replies to some writes of every process, after the write. */
export default defineFault({
  async strike(rig) {
    const slots = [...rig.apis, ...rig.workers];
    for (const { mongodb, redis } of slots) {
      const matches = isMongoCommand('insert', 'findAndModify', 'update');
      mongodb.setFault({ kind: 'swallow', rate: RATE, matches, how: 'cut' });
      redis.setFault({ kind: 'swallow', rate: RATE, matches: isRedisScript, how: 'cut' });
    }
    await delay(LASTS_MS);
    for (const { mongodb, redis } of slots) {
      mongodb.setFault(NO_FAULT);
      redis.setFault(NO_FAULT);
    }
  },
});
