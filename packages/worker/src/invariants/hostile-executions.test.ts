import { randomUUID } from 'node:crypto';

import { UNFINISHED_STATUSES } from '@mcp-server/shared';
import { describeDraw, drawHostile, openFleet, sampleDocument, storeRaw, waitFor } from '@mcp-server/testing';
import t from 'tap';

const CLAIMABLE = ['queued', 'retrying', 'running'];
const FAST = { LEASE_MS: '1000', SWEEP_MS: '200', BEAT_MS: '200' };

t.test('executions with broken records end, and keep no others from running', async (t) => {
  const fleet = await openFleet(t);
  const { ExecutionModel } = fleet.space.models;
  let built = 0;
  const documents = drawHostile(fleet.space, 'PluginExecution', () => {
    const sample = sampleDocument('PluginExecution', {
      _id: randomUUID(),
      status: CLAIMABLE[built++ % CLAIMABLE.length],
      plugin: 'sample',
      action: 'echo',
      pool: 'default',
      payload: '{"message":"hello"}',
      crashes: 0,
      lease: { until: new Date(Date.now() - 60_000), worker: 'dead', token: randomUUID() },
      nextAttemptAt: new Date(0),
      deadlineAt: new Date(Date.now() + 600_000),
      fireTime: new Date(built),
    });
    for (const ended of ['cancel', 'endedAt', 'settledAt', 'expiresAt', 'failure', 'result', 'content'])
      delete sample[ended];
    return sample;
  });
  await storeRaw(
    fleet.space,
    'PluginExecution',
    documents.map(({ document }) => document),
  );
  const names = new Map(documents.map(({ name, document }) => [document['_id'], name]));
  const worker = await fleet.startWorker(FAST);
  let left: unknown[] = [];

  await waitFor(
    'every execution to end',
    async () => {
      const open = await ExecutionModel.collection
        .find({ status: { $in: [...UNFINISHED_STATUSES] } }, { projection: { status: 1 } })
        .toArray();
      left = open.map(({ _id, status }) => `${names.get(_id)} is ${status}`);
      return left.length === 0;
    },
    120_000,
  ).catch(() => undefined);
  const healthy = await fleet.submit();
  await fleet.reach(healthy, 'completed');

  t.comment(`${describeDraw()}: ${documents.length} executions`);
  for (const one of left.slice(0, 20)) t.comment(String(one));
  t.same(left, []);
  t.equal(worker.child.exitCode, null, 'the worker still runs');
});
