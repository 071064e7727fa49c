import { listRecentTimes } from '@mcp-server/shared';
import { buildExecution, openNamespace } from '@mcp-server/testing';
import t from 'tap';

import { buildDurationStatsReader } from './duration-stats.ts';

t.test('usual times come from the newest ended executions of the action', async (t) => {
  const { models } = await openNamespace(t);
  const ended = (runMs: number, endedAt: number, changes = {}) =>
    buildExecution({
      status: 'completed',
      runMs,
      waitMs: runMs * 2,
      endedAt: new Date(endedAt),
      ...changes,
    });
  await models.ExecutionModel.insertMany([
    ...Array.from({ length: 100 }, (_, index) => ended(index + 1, 2_000 + index)),
    // Older than the newest 200, of another action, and unfinished: none of them counts.
    ...Array.from({ length: 100 }, () => ended(50_000, 3_000 - 2_000)),
    ...Array.from({ length: 100 }, () => ended(1, 5_000, { runMs: undefined, waitMs: undefined })),
    ended(90_000, 9_000, { action: 'add' }),
    buildExecution({ waitMs: 70_000 }),
  ]);
  const usual = buildDurationStatsReader({
    readTimes: (query) => listRecentTimes(models.ExecutionModel, query),
  });

  t.same(await usual.read({ plugin: 'sample', action: 'echo' }), {
    waitMs: { p50: 100, p95: 190 },
    runMs: { p50: 50, p95: 95 },
    samples: 200,
  });
  t.same(await usual.read({ plugin: 'sample', action: 'none' }), { waitMs: null, runMs: null, samples: 0 });
});

t.test('results are shared for a while, failures are not', async (t) => {
  let readings = 0;
  const usual = buildDurationStatsReader({
    async readTimes() {
      readings += 1;
      if (readings === 1) throw new Error('away');
      return [{ waitMs: 1, runMs: readings }];
    },
  });
  const of = { plugin: 'sample', action: 'echo' };

  await t.rejects(usual.read(of));
  const [one, two] = await Promise.all([usual.read(of), usual.read(of)]);

  t.same([one, two, readings], [one, one, 2]);
  t.same(one.runMs, { p50: 2, p95: 2 });
});
