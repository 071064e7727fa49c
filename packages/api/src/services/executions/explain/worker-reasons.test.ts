import type { VersionSighting, WorkerView } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import type { ExplainFacts } from './facts.ts';
import { explainWorkers } from './worker-reasons.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const GRACE_MS = 60_000;

const sighting = (version: string, unseenMs: number, pool = 'default'): VersionSighting => ({
  id: 'sample',
  version,
  pool,
  actions: ['echo'],
  unseenMs,
});

function explain(plugins: string[] | undefined, versions: VersionSighting[], accepted = '2.0.0') {
  const workers = plugins ? [{ plugins } as WorkerView] : [];
  const poolWorkers = { workers, draining: [], running: 0, slots: 0, freeSlots: 0 };
  const execution = buildExecution({ pluginVersion: accepted });
  const facts = { execution, poolWorkers, versions, graceMs: GRACE_MS, now: NOW } as Partial<ExplainFacts>;
  return explainWorkers(facts as ExplainFacts);
}

t.test('a worker with the version that accepted it needs no explanation', async (t) => {
  t.same(explain(['sample@2.0.0'], [sighting('2.0.0', 0)]), []);
});

t.test('within the grace the accepting version is waited for', async (t) => {
  t.match(explain(['sample@1.0.0'], [sighting('1.0.0', 0), sighting('2.0.0', 20_000)]), [
    {
      code: 'version_mismatch',
      version: '2.0.0',
      served: ['1.0.0'],
      until: '2026-01-01T00:00:40.000Z',
      text: /it waits for a worker with 2\.0\.0 until 2026-01-01T00:00:40.000Z/,
    },
  ]);
});

t.test('after the grace, or without a record, the living version judges', async (t) => {
  for (const versions of [[sighting('2.0.0', GRACE_MS)], []]) {
    const [reason] = explain(['sample@1.0.0'], versions);

    t.match(reason, { code: 'version_mismatch', text: /otherwise it fails as invalid_input/ });
    t.notOk(reason?.until);
  }
});

t.test('a plugin that moved is named with its pool, one that may move with the time', async (t) => {
  const old = sighting('1.0.0', GRACE_MS);

  t.match(explain(['other@1.0.0'], [old, sighting('2.0.0', 0, 'gpu')]), [
    { code: 'no_worker_for_plugin', text: /"sample" is in pool "gpu" now/ },
  ]);
  t.match(explain(undefined, [sighting('1.0.0', 30_000)]), [
    { code: 'no_worker_for_pool', until: '2026-01-01T00:00:30.000Z', text: /another pool may take/ },
  ]);
  const [late] = explain(undefined, [old]);
  t.match(late, { code: 'no_worker_for_pool', text: /It starts as soon as one does\.$/ });
});
