import { t } from 'tap';

import { buildRatios, checkPromises } from './ratios.ts';
import { describeReport, type Report } from './report.ts';
import { type Rounds, summarize } from './summary.ts';

/** Three rounds, the second one on a busy machine. */
const ROUNDS: Rounds = {
  'raw-bullmq': [5_000, 1_000, 5_000].map((speed) => ({ 'jobs/s': speed, 'total CPU ms': 0.2 })),
  'end-to-end': [650, 130, 550].map((speed) => ({
    'executions/s': speed,
    'total CPU ms': 3,
    'own CPU ms': 1.5,
  })),
  'echo-1': [{ 'p50 ms': 16, 'p99 ms': 40 }],
};

void t.test('ratios are taken round by round, so that a busy machine does not shift them', async (t) => {
  const [endToEnd] = buildRatios(ROUNDS);

  t.match(endToEnd, { title: /end to end/, median: 0.13, min: 0.11, max: 0.13 });
});

void t.test('a ratio with an unmeasured side is left out', async (t) => {
  const { 'raw-bullmq': _missing, ...rest } = ROUNDS;

  t.same(buildRatios(rest), []);
});

void t.test('a promise is judged by its bound, and only if it was measured', async (t) => {
  const memory = {
    'api early MiB': 100,
    'api late MiB': 109,
    'worker early MiB': 100,
    'worker late MiB': 111,
  };

  const promises = checkPromises(summarize(ROUNDS), buildRatios(ROUNDS), memory);

  t.same(
    promises.map(({ title, isKept }) => [title.split(' ').slice(0, 3).join(' '), isKept]),
    [
      ['executions end to', true],
      ['CPU of API', true],
      ['synchronous echo, 1', false],
      ['memory of the', true],
      ['memory of the', false],
    ],
  );
});

void t.test('an earlier run is shown beside the figures of this one', async (t) => {
  const ratios = buildRatios(ROUNDS);
  const report: Report = {
    date: '2026-01-02',
    command: 'npm run bench',
    rounds: 3,
    machine: { cores: 2 },
    services: ['Redis'],
    cases: summarize(ROUNDS),
    titles: { 'echo-1': 'calls' },
    memory: { executions: 100_000 },
    ratios,
    promises: checkPromises(summarize(ROUNDS), ratios, undefined),
  };
  const before = {
    ...report,
    date: '2026-01-01',
    ratios: ratios.map(({ title }) => ({ title, median: 0.04, min: 0.03, max: 0.05 })),
  };

  const text = describeReport(report, before);

  t.match(text, '| executions end to end : raw BullMQ jobs | 0.13 | 0.11 | 0.13 | 0.04 |');
  t.match(text, '| p50 ms | 16 | 16 | 16 | 16 |');
  t.match(text, 'on 2026-01-01');
  t.notMatch(describeReport(report, undefined), 'Before');
});
