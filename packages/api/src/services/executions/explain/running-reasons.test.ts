import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { explainRun, hasLapsed } from './running-reasons.ts';

const NOW = new Date('2026-01-01T00:00:10Z');
const ago = (ms: number) => new Date(NOW.getTime() - ms);

/** Running under a lease that ended some time ago, after two crashes: the back-off adds two seconds to the lease. */
const crashedTwice = (leaseEndedMsAgo: number) =>
  buildExecution({
    status: 'running',
    crashes: 2,
    lease: { until: ago(leaseEndedMsAgo), worker: 'w', token: 't' },
    attempts: [{ epoch: 3, worker: 'w', startedAt: ago(60_000) }],
  });

t.test('within the back-off of its crashes an execution still counts as running', async (t) => {
  const execution = crashedTwice(1_500);

  t.equal(hasLapsed(execution, NOW), false);
  t.match(explainRun(execution, NOW), { code: 'running', text: /^Running for 60 seconds on worker w,/ });
});

t.test(
  'after the back-off the worker is considered dead, since the lapse and not since the lease',
  async (t) => {
    const execution = crashedTwice(5_000);

    t.equal(hasLapsed(execution, NOW), true);
    t.match(explainRun(execution, NOW), {
      code: 'lease_lapsed',
      text: /^The lease of worker w lapsed 3 seconds ago/,
      since: ago(3_000).toISOString(),
    });
  },
);
