import { buildExecution } from '@mcp-server/testing';
import { t } from 'tap';

import { countMostVictims, findRedeliveries, percentile, redeliveryTimes } from './redelivery.ts';

const at = (seconds: number) => new Date(seconds * 1_000);

void t.test('redelivery runs from the strike to the next start, or to the end', async (t) => {
  const crashed = { epoch: 1, worker: 'dead', startedAt: at(1), endedAt: at(8), outcome: 'crashed' as const };
  const documents = [
    buildExecution({ attempts: [crashed, { epoch: 2, worker: 'other', startedAt: at(8) }] }),
    buildExecution({ attempts: [crashed], endedAt: at(9) }),
    buildExecution({
      attempts: [
        { ...crashed, worker: 'alive' },
        { epoch: 2, worker: 'other', startedAt: at(8) },
      ],
    }),
    buildExecution({ attempts: [{ ...crashed, outcome: 'completed' }] }),
  ];

  t.same(redeliveryTimes(documents, [{ worker: 'dead', at: 2_000 }]), [6_000, 7_000]);
});

void t.test('a second death that may have hit the redelivery itself restarts the measurement', async (t) => {
  const crashed = { epoch: 1, worker: 'dead', startedAt: at(1), endedAt: at(8), outcome: 'crashed' as const };
  const documents = [
    buildExecution({ attempts: [crashed, { epoch: 2, worker: 'third', startedAt: at(13) }] }),
  ];
  const first = { worker: 'dead', at: 2_000 };

  const early = findRedeliveries(documents, [first, { worker: 'other', at: 5_999 }]);
  const within = findRedeliveries(documents, [first, { worker: 'other', at: 7_000 }]);
  const afterwards = findRedeliveries(documents, [first, { worker: 'other', at: 13_000 }]);

  t.same(early, [{ ms: 11_000, isStruckAgain: false }]);
  t.same(within, [{ ms: 6_000, isStruckAgain: true }]);
  t.same(afterwards, [{ ms: 11_000, isStruckAgain: false }]);
});

void t.test(
  'the strike that hit most counts its runs, and those that ended before do not count',
  async (t) => {
    const run = (worker: string, outcome: 'crashed' | 'completed') =>
      buildExecution({ attempts: [{ epoch: 1, worker, startedAt: at(1), endedAt: at(2), outcome }] });
    const documents = [run('a', 'crashed'), run('a', 'crashed'), run('b', 'crashed'), run('a', 'completed')];
    const strikes = ['a', 'b'].map((worker) => ({ worker, at: 1_500 }));

    t.equal(countMostVictims(documents, strikes), 2);
    t.equal(countMostVictims(documents, []), 0);
  },
);

void t.test('percentiles are values that occurred', async (t) => {
  const values = [5, 1, 4, 2, 3];

  t.equal(percentile(values, 0.5), 3);
  t.equal(percentile(values, 0.99), 5);
  t.equal(percentile([], 0.5), undefined);
});
