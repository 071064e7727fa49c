import { waitFor } from '@mcp-server/testing';

import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { strikeEvery } from './repeat.ts';

const RATE = 60;
const SECONDS = 22;
const EVERY_MS = 4_000;

/** Load while Redis is killed repeatedly, with its file written as `appendfsync` says. */
export async function killRedisEvery(rig: Rig, appendfsync: 'everysec' | 'always'): Promise<void> {
  const seconds = rig.seconds(SECONDS);
  const { redis } = rig.stores;
  // A restart resets this setting to that of the command line.
  const setFsync = () =>
    waitFor('Redis', () => rig.redis.config('SET', 'appendfsync', appendfsync).then(() => true));
  await setFsync();
  await Promise.all([
    rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
    strikeEvery(EVERY_MS, seconds, async () => {
      await redis.kill();
      await redis.restart();
      await setFsync();
    }).then((strikes) => (rig.measured['restarts'] = strikes)),
  ]);
}
