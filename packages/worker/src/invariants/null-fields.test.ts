import { randomUUID } from 'node:crypto';

import {
  cancelExecutions,
  endCrashed,
  endExpired,
  type ExecutionRecord,
  finishExecution,
  handBackExecution,
  parkExecution,
  provideInput,
  yieldExecution,
} from '@mcp-server/shared';
import { askForRoots, buildExecution, openFleet, openNamespace, storeRaw } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '1000', SWEEP_MS: '200', BEAT_MS: '200' };
const retentionSeconds = 60;

type Fields = Record<string, unknown>;

/** An execution as another program may have stored it. */
const build = (fields: Fields): Fields & { _id: string } => ({
  ...buildExecution(),
  ...fields,
  _id: randomUUID(),
});

const leaseUntil = (until: unknown): Fields => ({ until, worker: 'dead', token: randomUUID() });

/** A run under epoch 1 whose attempt is open. */
const running = (fields: Fields) =>
  build({
    status: 'running',
    epoch: 1,
    attempts: [{ epoch: 1, worker: 'dead', startedAt: new Date() }],
    ...fields,
  });

t.test('executions with null in optional fields, and runs without a lease, end', async (t) => {
  const fleet = await openFleet(t);
  const { policy } = buildExecution();
  const runsAgain: Record<string, Fields & { _id: string }> = {
    'queued, cancel is null': build({ cancel: null }),
    'queued, every time is null': build({ nextAttemptAt: null, deadlineAt: null, heldAt: null }),
    'retrying, cancel is null': build({ status: 'retrying', nextAttemptAt: new Date(0), cancel: null }),
    'retrying, due time is null': build({ status: 'retrying', nextAttemptAt: null }),
    'running, cancel is null': running({ lease: leaseUntil(new Date(Date.now() - 60_000)), cancel: null }),
    'running without a lease': running({}),
    'running, lease is null': running({ lease: null }),
    'running, lease ended in 1960': running({ lease: leaseUntil(new Date('1960-01-01')) }),
  };
  const ends: Record<string, Fields & { _id: string }> = {
    'no lease, must not repeat': running({ policy: { ...policy, onCrash: 'fail' } }),
    'no lease, cancelled': running({ cancel: { at: new Date(), by: 'mary' } }),
    'no lease, too late': running({ deadlineAt: new Date(Date.now() - 1_000) }),
    'lease ended on the first date': running({ lease: leaseUntil(new Date(-8.64e15)) }),
  };
  await storeRaw(fleet.space, 'PluginExecution', Object.values({ ...runsAgain, ...ends }));
  await fleet.startWorker(FAST);

  for (const [name, { _id }] of Object.entries(runsAgain)) {
    t.match(await fleet.reach(_id, 'completed'), { status: 'completed' }, name);
  }
  const kinds: Fields = {};
  for (const [name, { _id }] of Object.entries(ends)) {
    const { status, failure } = await fleet.reach(_id, name.endsWith('cancelled') ? 'cancelled' : 'failed');
    kinds[name] = failure?.kind ?? status;
  }
  t.same(kinds, {
    'no lease, must not repeat': 'outcome_unknown',
    'no lease, cancelled': 'cancelled',
    'no lease, too late': 'crashed',
    'lease ended on the first date': 'error',
  });
});

t.test('a null cancel flag cancels nothing', async (t) => {
  const space = await openNamespace(t);
  const { ExecutionModel } = space.models;
  const store = async (document: Fields & { _id: string }) => {
    await storeRaw(space, 'PluginExecution', [document]);
    return document._id;
  };
  const error = { kind: 'error', message: 'draining' } as const;
  const run = () => store(running({ lease: leaseUntil(new Date(Date.now() + 60_000)), cancel: null }));

  t.equal(await handBackExecution(ExecutionModel, { id: await run(), epoch: 1, error }), 'handed_back');
  t.equal(await yieldExecution(ExecutionModel, { id: await run(), epoch: 1 }), 'handed_back');
  t.ok(await parkExecution(ExecutionModel, { id: await store(build({ cancel: null })), seq: 1 }));
  const retry = { kind: 'retry', failure: error, delayMs: 1_000 } as const;
  const of = { plugin: 'sample', action: 'echo' };
  const finish = { id: await run(), epoch: 1, of, end: retry, retentionSeconds };
  t.match(await finishExecution(ExecutionModel, finish), { execution: { status: 'retrying' } });
  const questions = { status: 'input_required', inputs: [{ ...askForRoots(), answer: null }], cancel: null };
  const answers = new Map([['roots', '{}']]);
  t.match(await provideInput(ExecutionModel, { id: await store(build(questions)), answers }), {
    kind: 'resumed',
    execution: { inputs: [{ answer: '{}' }] },
  });
});

t.test(
  'executions without a whole cancel flag are cancelled with the others, and none is waited for',
  async (t) => {
    const space = await openNamespace(t);
    const waiting = [null, {}].map((cancel) => build({ cancel }));
    const broken = ['a text', [], [{}]].map((cancel) => build({ cancel }));
    const live = running({ lease: leaseUntil(new Date(Date.now() + 60_000)), cancel: null });
    const documents = [...waiting, ...broken, live];
    await storeRaw(space, 'PluginExecution', documents);
    const { cancelled, requested } = await cancelExecutions(space.models.ExecutionModel, {
      ids: documents.map(({ _id }) => _id),
      statuses: ['queued', 'running'],
      by: 'mary',
      retentionSeconds,
    });

    const ids = new Set(cancelled.map(({ _id }) => _id));
    for (const { _id } of waiting) t.ok(ids.has(_id));
    t.match(
      requested.map(({ _id }) => _id),
      [live._id],
    );
  },
);

t.test('a null deadline has not passed', async (t) => {
  const space = await openNamespace(t);
  const { ExecutionModel } = space.models;
  const waits = build({ deadlineAt: null });
  const lapsed = running({ lease: leaseUntil(new Date(0)), deadlineAt: null });
  const live = running({ lease: leaseUntil(new Date(Date.now() + 60_000)), deadlineAt: null });
  await storeRaw(space, 'PluginExecution', [waits, lapsed, live]);
  const failure = { kind: 'error', message: 'once more' } as const;

  t.equal(await endExpired(ExecutionModel, { id: waits._id, retentionSeconds }), null);
  t.equal(await endCrashed(ExecutionModel, { id: lapsed._id, retentionSeconds }), null);
  const { kind, ...finished } = await finishExecution(ExecutionModel, {
    id: live._id,
    epoch: 1,
    of: { plugin: 'sample', action: 'echo' },
    end: { kind: 'retry', failure, delayMs: 1_000 },
    retentionSeconds,
  });
  t.equal(kind, 'finished');
  t.equal((finished as { execution: ExecutionRecord }).execution.status, 'retrying');
});
