import { findRedeliveries, percentile, redeliveryTimes } from '../checker/redelivery.ts';
import { USUAL_MIX } from '../load/work.ts';
import { pick } from '../random.ts';
import { strikeEvery } from './repeat.ts';
import { defineRow } from './row.ts';

const RATE = 60;
const SECONDS = 24;
const EVERY_MS = 5_000;
/** For the default lease and stalled check (5 s and 1 s). */
const MAX_REDELIVERY_MS = 8_000;

export default defineRow({
  id: 'F1',
  title: 'SIGKILL of a worker every 5 s, at a random moment',
  quiescenceSeconds: 45,
  async run(rig) {
    const random = rig.random('strikes');
    const seconds = rig.seconds(SECONDS);
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      strikeEvery(
        EVERY_MS,
        seconds,
        async () => {
          const worker = pick(random, rig.workers);
          await rig.strike(worker);
          await worker.start();
        },
        random,
      ),
    ]);
  },
  check({ documents }, rig) {
    const p99 = percentile(redeliveryTimes(documents, rig.strikes), 0.99);
    if (p99 === undefined)
      return [{ rule: 'no-strike-hit', detail: `${rig.strikes.length} strikes hit no run` }];
    const struckAgain = findRedeliveries(documents, rig.strikes).filter(({ isStruckAgain }) => isStruckAgain);
    rig.measured['struck again during the redelivery'] = struckAgain.length;
    const latest = Math.max(p99, ...struckAgain.map(({ ms }) => ms));
    if (latest <= MAX_REDELIVERY_MS) return [];
    return [{ rule: 'late-redelivery', detail: `${latest} ms is above ${MAX_REDELIVERY_MS} ms` }];
  },
});
