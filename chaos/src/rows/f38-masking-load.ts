import { setTimeout as delay } from 'node:timers/promises';

import { sumMetric } from '../rig/collect.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const SECONDS = 20;
const TALKS_PER_SECOND = 4;
/** As many as made a worker lose its leases when a line of 4,000 hex digits took 25 ms to mask. */
const LINES = 400;
const NEIGHBOURS_PER_SECOND = 5;
const NEIGHBOUR_MS = 3_000;

export default defineRow({
  id: 'F38',
  title:
    'actions log, report and throw texts of 4,000 characters at a high rate, among neighbours that must not be repeated',
  isQuick: false,
  slowMs: NEIGHBOUR_MS,
  quiescenceSeconds: 60,
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    const random = rig.random('talks');
    const talks: Promise<unknown>[] = [];
    const talk = async () => {
      for (let count = 0; count < seconds * TALKS_PER_SECOND; count += 1) {
        const token = Math.floor(random() * 1e9).toString(36);
        talks.push(rig.load.submit({ plugin: 'chaos', action: 'talk', payload: { token, lines: LINES } }));
        await delay(1_000 / TALKS_PER_SECOND);
      }
    };
    await Promise.all([
      talk(),
      rig.load.arrive({ rate: NEIGHBOURS_PER_SECOND, seconds, mix: { 'slow-unsafe': 1 } }),
    ]);
    await Promise.all(talks);
  },
  async check({ documents }, rig) {
    const talks = documents.filter(({ action }) => action === 'talk');
    const neighbours = documents.filter(({ action }) => action === 'slow-unsafe');
    const superseded = await sumMetric(rig, 'mcp_superseded_total');
    rig.measured['lines masked'] = talks.length * LINES * 2;
    const lost = [...talks, ...neighbours].filter(
      ({ status, crashes }) => status !== 'completed' || crashes > 0,
    );
    return [
      ...lost.map(({ _id: id, action, status, failure, crashes }) => ({
        rule: 'lease-lost-to-masking',
        id,
        detail: JSON.stringify({ action, status, failure, crashes }),
      })),
      ...(superseded > 0 ? [{ rule: 'superseded', detail: `${superseded} ends were refused` }] : []),
      ...(talks.length > 0 && neighbours.length > 0
        ? []
        : [inconclusive('nothing was logged among neighbours')]),
    ];
  },
});
