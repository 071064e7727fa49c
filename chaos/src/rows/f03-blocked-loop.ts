import { buildWork, USUAL_MIX } from '../load/work.ts';
import { inconclusive } from './inconclusive.ts';
import { strikeEvery } from './repeat.ts';
import { defineRow } from './row.ts';

const RATE = 30;
const SECONDS = 20;
const EVERY_MS = 6_000;
/** Longer than the default lease of 5 s, which cannot be renewed while the loop is blocked. */
const BLOCKED_MS = { min: 7_000, spread: 2_000 };

export default defineRow({
  id: 'F3',
  title: 'an inline action blocks the event loop of its worker past the lease',
  isQuick: false,
  quiescenceSeconds: 90,
  async run(rig) {
    const random = rig.random('blocks');
    const seconds = rig.seconds(SECONDS);
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      strikeEvery(EVERY_MS, seconds, async () => {
        const slowMs = Math.round(BLOCKED_MS.min + random() * BLOCKED_MS.spread);
        await rig.load.submit(buildWork('block', random, { sinkUrl: rig.sinkUrl, slowMs }));
      }),
    ]);
  },
  check({ documents }, { measured }) {
    const blocks = documents.filter(({ action }) => action === 'block');
    const again = documents.filter(({ crashes }) => crashes > 0);
    measured['blocks'] = blocks.length;
    measured['started twice or more'] = again.length;
    // The common invariants check that each run ends once; this row checks that double starts occurred.
    if (blocks.some(({ crashes }) => crashes > 0)) return [];
    return [inconclusive('no lease lapsed while its holder was blocked')];
  },
});
