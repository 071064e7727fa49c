import { withOwnRedis } from '../rig/own-redis.ts';
import type { Rig } from '../rig/rig.ts';
import { checkFullRedis, runWithFullRedis } from './full-redis.ts';
import { defineRow } from './row.ts';

/** EX_CONFIG. */
const REFUSED = /^78 .*maxmemory-policy/;

const setConfig = async (rig: Rig, name: string, value: string): Promise<void> =>
  void (await rig.redis.config('SET', name, value));

/** Less than the server itself needs, so memory is full at once. */
const fill = (rig: Rig) => setConfig(rig, 'maxmemory', '1mb');
const free = (rig: Rig) => setConfig(rig, 'maxmemory', '0');

/** A process must not start with a Redis that may evict jobs. */
async function bootWithEviction(rig: Rig): Promise<void> {
  await setConfig(rig, 'maxmemory-policy', 'allkeys-lru');
  for (const slot of [rig.apis[1], rig.workers[2]]) {
    await slot?.stop();
    const said = await slot?.startInVain();
    if (said && REFUSED.test(said)) continue;
    const detail = `${slot?.name}: ${said ?? 'it started'}`;
    rig.found.push({ rule: 'eviction-accepted', detail });
  }
  await setConfig(rig, 'maxmemory-policy', 'noeviction');
  for (const slot of [rig.apis[1], rig.workers[2]]) {
    await slot?.start();
    await slot?.ready();
  }
}

export default defineRow({
  id: 'F10',
  title: 'Redis at maxmemory without eviction for 8 s; then processes started with allkeys-lru',
  isQuick: false,
  quiescenceSeconds: 60,
  openStores: withOwnRedis,
  async run(rig) {
    await runWithFullRedis(rig, { fill, free, refusal: 'OOM' });
    await bootWithEviction(rig);
  },
  check: checkFullRedis,
});
