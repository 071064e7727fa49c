import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startRedisCluster } from '@mcp-server/testing';

import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const RATE = 20;
const SECONDS = 15;
/** EX_CONFIG. */
const REFUSED = /^78 .*REDIS_URL: this is a node of a Redis Cluster/;

/** A process that would start with this Redis would accept work, or be ready for it, and run none. */
async function startWith(rig: Rig, slot: Slot, redisUrl: string): Promise<void> {
  await slot.stop();
  const before = slot.redis.retarget(Number(new URL(redisUrl).port));
  const said = await slot.startInVain();
  slot.redis.retarget(before);
  if (said && REFUSED.test(said)) rig.measured['refused starts'] = (rig.measured['refused starts'] ?? 0) + 1;
  else rig.found.push({ rule: 'cluster-accepted', detail: `${slot.name}: ${said ?? 'it started'}` });
  await slot.start();
  await slot.ready();
}

async function startWithEachNode(rig: Rig): Promise<void> {
  const dir = await mkdtemp(join(tmpdir(), 'mcp-server-cluster-'));
  const cluster = await startRedisCluster(dir);
  try {
    for (const [index, url] of cluster.urls.entries()) {
      const slots = [rig.workers[index], index === 0 ? rig.apis[1] : undefined];
      for (const slot of slots) if (slot) await startWith(rig, slot, url);
    }
  } finally {
    await cluster.close();
    await rm(dir, { recursive: true, force: true });
  }
}

export default defineRow({
  id: 'F33',
  title: 'processes started with each of three nodes of a Redis Cluster',
  isQuick: false,
  async run(rig) {
    const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX });
    await startWithEachNode(rig);
    await load;
  },
  check: ({ ledger }) => (ledger.length > 0 ? [] : [inconclusive('the rest of the fleet had no work')]),
});
