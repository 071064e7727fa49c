import { BarePair } from '../bare/bare-pair.ts';
import { countMostVictims, findRedeliveries, percentile, redeliveryTimes } from '../checker/redelivery.ts';
import { USUAL_MIX } from '../load/work.ts';
import { pick } from '../random.ts';
import { waitForBusyWorkers } from '../rig/held-runs.ts';
import { inconclusive } from './inconclusive.ts';
import { strikeEvery } from './repeat.ts';
import { defineRow } from './row.ts';

const RATE = 60;
const SECONDS = 24;
const EVERY_MS = 5_000;
/** Most that a redelivery may take, in times of the slowest one of bare BullMQ that was struck beside it. */
const MAX_RATIO = 1.5;
/** Lock and stalled check of bare BullMQ. A strike meets some part of the lock by chance, so the slowest counts for this at least. */
const BARE_MS = 6_000;
/** Added for each run that died with it, because a worker begins such suspects one after the other. */
const SUSPECT_MS = 250;

let bareRedeliveriesMs: readonly number[] = [];

export default defineRow({
  id: 'F1',
  title: 'SIGKILL of a worker every 5 s, at a random moment',
  quiescenceSeconds: 45,
  async run(rig) {
    const random = rig.random('strikes');
    const seconds = rig.seconds(SECONDS);
    await using bare = await BarePair.open(rig.stores.redisUrl, rig.prefix);
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      strikeEvery(
        EVERY_MS,
        seconds,
        async () => {
          const worker = pick(random, await waitForBusyWorkers(rig));
          await Promise.all([rig.strike(worker).then(() => worker.start()), bare.strike()]);
        },
        random,
      ),
    ]);
    bareRedeliveriesMs = bare.redeliveriesMs;
  },
  check({ documents }, rig) {
    const p99 = percentile(redeliveryTimes(documents, rig.strikes), 0.99);
    if (p99 === undefined) return [inconclusive(`${rig.strikes.length} strikes hit no run`)];
    const struckAgain = findRedeliveries(documents, rig.strikes).filter(({ isStruckAgain }) => isStruckAgain);
    const bareMs = Math.max(BARE_MS, ...bareRedeliveriesMs);
    rig.measured['struck again during the redelivery'] = struckAgain.length;
    rig.measured['slowest bare redelivery in ms'] = bareMs;
    const bound = MAX_RATIO * bareMs + SUSPECT_MS * countMostVictims(documents, rig.strikes);
    const latest = Math.max(p99, ...struckAgain.map(({ ms }) => ms));
    if (latest <= bound) return [];
    return [{ rule: 'late-redelivery', detail: `${latest} ms is above ${bound} ms` }];
  },
});
