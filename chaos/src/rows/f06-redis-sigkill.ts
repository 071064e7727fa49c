import { USUAL_MIX } from '../load/work.ts';
import { strikeEvery } from './repeat.ts';
import { defineRow } from './row.ts';

const RATE = 60;
const SECONDS = 22;
const EVERY_MS = 4_000;

export default defineRow({
  id: 'F6',
  title: 'SIGKILL and restart of Redis every 4 s, append-only file each second',
  quiescenceSeconds: 45,
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    const { redis } = rig.stores;
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      strikeEvery(EVERY_MS, seconds, async () => {
        await redis.kill();
        await redis.restart();
      }).then((strikes) => (rig.measured['restarts'] = strikes)),
    ]);
  },
});
