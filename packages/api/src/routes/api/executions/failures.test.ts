import { claimExecution, type ExecutionRecord, type FailureGroup, finishExecution } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { type Account, startTestApp, type TestApp } from '../../../testing/test-app.ts';

/** Fails an execution by the same writes as a worker. */
async function fail(
  { models }: Pick<TestApp, 'models'>,
  changes: Partial<ExecutionRecord>,
  message: string,
): Promise<string> {
  const execution = buildExecution(changes);
  const { _id: id } = execution;
  await models.ExecutionModel.create(execution);
  const claim = { worker: 'w', token: 't', leaseMs: 60_000, canJudgeLeases: true, canTakeSuspect: true };
  await claimExecution(models.ExecutionModel, { id, seq: 1, ...claim });
  const failure = { kind: 'error', message } as const;
  await finishExecution(models.ExecutionModel, {
    id,
    epoch: 1,
    of: execution,
    end: { kind: 'failed', failure },
    retentionSeconds: 60,
  });
  return id;
}

const groups = async (test: TestApp, { headers }: Account, query = '') =>
  (await test.inject({ url: `/api/executions/failures?${query}`, headers })).json<{ items: FailureGroup[] }>()
    .items;

t.test('failures are grouped by cause: own ones, for an admin all', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const ownerId = mary.id;
  const before = new Date(Date.now() - 60_000).toISOString();
  await fail(test, { ownerId }, 'order 1 not found');
  await fail(test, { ownerId }, 'order 22 not found');
  const newest = await fail(test, { ownerId }, 'order 333 not found');
  await fail(test, { ownerId, action: 'other' }, 'order 4 not found');
  await fail(test, {}, 'order 5 not found');
  await test.models.ExecutionModel.create(buildExecution({ ownerId, status: 'completed' }));

  const own = await groups(test, mary);
  const all = await groups(test, admin);

  t.match(own, [
    {
      fingerprint: /^[0-9a-f]{16}$/,
      plugin: 'sample',
      action: 'echo',
      kind: 'error',
      message: 'order <n> not found',
      count: 3,
      exampleId: newest,
    },
    { action: 'other', count: 1 },
  ]);
  t.ok((own[0]?.firstSeenAt ?? '') < (own[0]?.lastSeenAt ?? ''));
  t.equal(own.length, 2);
  t.match(all, [{ count: 4, fingerprint: own[0]?.fingerprint }, { count: 1 }]);
  t.equal((await groups(test, mary, 'action=other')).length, 1);
  t.equal((await groups(test, mary, 'kind=timeout')).length, 0);
  t.equal((await groups(test, mary, `to=${before}`)).length, 0);
  t.equal((await groups(test, mary, `from=${before}`)).length, 2);
  t.equal((await groups(test, mary, 'limit=1')).length, 1);
  const read = await test.inject({ url: `/api/executions/${newest}`, headers: mary.headers });
  t.equal(read.json().fingerprint, own[0]?.fingerprint);
});

t.test('failures stored before fingerprints existed are grouped by kind', async (t) => {
  const test = await startTestApp(t);
  const mary = await test.signUp('mary');
  const old = { ownerId: mary.id, status: 'failed', endedAt: new Date() } as const;
  await test.models.ExecutionModel.insertMany([
    buildExecution({ ...old, failure: { kind: 'error', message: 'order 1 not found' } }),
    buildExecution({ ...old, failure: { kind: 'error', message: 'no connection' } }),
    buildExecution({ ...old, failure: { kind: 'timeout', message: 'after 5 s' } }),
  ]);

  const failureGroups = await groups(test, mary);

  t.match(failureGroups, [
    { fingerprint: null, kind: 'error', count: 2 },
    { fingerprint: null, kind: 'timeout', count: 1, message: 'after <n> s' },
  ]);
});
