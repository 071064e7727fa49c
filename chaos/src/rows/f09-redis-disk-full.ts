import { withRedisOnSmallDisk } from '../rig/own-redis.ts';
import type { SmallDisk } from '../rig/small-disk.ts';
import { checkFullRedis, runWithFullRedis } from './full-redis.ts';
import { defineRow } from './row.ts';

/** More than the row writes; a ballast file takes the rest. */
const DISK_MIB = 96;

let disk: SmallDisk | undefined;

export default defineRow({
  id: 'F9',
  title: 'the disk of the append-only file is full for 8 s, then freed',
  isQuick: false,
  quiescenceSeconds: 60,
  async openStores(stores, dir) {
    const own = await withRedisOnSmallDisk(stores, dir, DISK_MIB);
    disk = own.disk;
    return own;
  },
  run: (rig) =>
    runWithFullRedis(rig, {
      fill: async () => disk?.fill(),
      free: async () => disk?.free(),
      refusal: 'MISCONF',
    }),
  check: checkFullRedis,
});
