import { randomUUID } from 'node:crypto';

import {
  buildExecutionWrites,
  claimExecution,
  type ClaimRequest,
  type ExecutionRecord,
  type ExecutionWrites,
  type FinishOutcome,
} from '@mcp-server/shared';
import { buildExecution, type Namespace, openNamespace } from '@mcp-server/testing';
import t from 'tap';

import { losingFirstReplies } from '../testing/test-lost-replies.ts';

const LEASE_MS = 60_000;
const MEGABYTE = 1_000_000;

type Teardown = Parameters<typeof openNamespace>[0];

/** Opens one namespace of executions, and the writes of several processes. */
async function open(t: Teardown) {
  const space = await openNamespace(t);
  const { ExecutionModel } = space.models;
  return {
    ...space,
    model: ExecutionModel,
    openWrites: () => buildExecutionWrites(ExecutionModel),
    read: async (id: string) => {
      const execution = await ExecutionModel.findById(id).lean<ExecutionRecord>();
      if (!execution) throw new Error(`no execution ${id}`);
      return execution;
    },
  };
}

const claimOf = (id: string, changes: Partial<ClaimRequest> = {}): ClaimRequest => ({
  id,
  seq: 1,
  worker: 'test',
  token: randomUUID(),
  leaseMs: LEASE_MS,
  canJudgeLeases: true,
  canTakeSuspect: false,
  ...changes,
});

const finishOf = (id: string, epoch: number, result: string) => ({
  id,
  epoch,
  of: { plugin: 'sample', action: 'echo' },
  end: { kind: 'completed' as const, result },
  retentionSeconds: 1_000,
});

async function insertAll(writes: ExecutionWrites, records: ExecutionRecord[]): Promise<string[]> {
  await Promise.all(records.map((record) => writes.insert(record)));
  return records.map(({ _id }) => _id);
}

const many = (count: number, changes: Partial<ExecutionRecord> = {}) =>
  Array.from({ length: count }, () => buildExecution(changes));

/** Lists the operations that `work` calls on collections. */
async function listOperations({ mongo }: Namespace, work: () => Promise<unknown>): Promise<string[]> {
  const operations: string[] = [];
  mongo.connection.set('debug', (_collection: string, operation: string) => void operations.push(operation));
  await work();
  mongo.connection.set('debug', false);
  return operations;
}

t.test('when batches of claims race, each execution has one winner, which holds its lease', async (t) => {
  const { openWrites, read } = await open(t);
  const ids = await insertAll(openWrites(), many(60));
  const processes = [openWrites(), openWrites(), openWrites()];
  const requests = processes.flatMap((writes, index) =>
    (index === 1 ? ids.toReversed() : ids).map((id) => ({ writes, request: claimOf(id) })),
  );

  const claims = await Promise.all(requests.map(({ writes, request }) => writes.claim(request)));

  const winners = requests.flatMap(({ request }, index) => (claims[index] ? [request] : []));
  t.same(winners.map(({ id }) => id).sort(), ids.toSorted());
  for (const { id, token } of winners) {
    const { status, epoch, lease, attempts } = await read(id);
    t.match(
      { status, epoch, token: lease?.token, attempts: attempts.length },
      {
        status: 'running',
        epoch: 1,
        token,
        attempts: 1,
      },
    );
  }
  t.ok(claims.every((execution, index) => !execution || execution._id === requests[index]?.request.id));
});

t.test('a batch of claims claims only what may be claimed', async (t) => {
  const { openWrites, read, model } = await open(t);
  const writes = openWrites();
  const [past, future] = [new Date(Date.now() - 60_000), new Date(Date.now() + 60_000)];
  const lapsed = { until: past, worker: 'dead', token: 'dead' };
  const refused = [
    buildExecution({ status: 'completed' }),
    buildExecution({ cancel: { at: past, by: 'somebody' } }),
    buildExecution({ seq: 2 }),
    buildExecution({ status: 'retrying', nextAttemptAt: future }),
    buildExecution({ deadlineAt: past }),
    buildExecution({ crashes: 1 }),
    buildExecution({ status: 'running', epoch: 1, lease: lapsed }),
  ];
  const claimable = [
    ...many(5),
    buildExecution({ status: 'retrying', nextAttemptAt: past }),
    buildExecution({ deadlineAt: future }),
  ];
  await model.insertMany([...refused, ...claimable]);

  const claims = [...claimable, ...refused].map(({ _id }) => writes.claim(claimOf(_id)));
  const claimed = await Promise.all(claims);

  t.same(
    claimed.flatMap((execution) => (execution ? [execution._id] : [])),
    claimable.map(({ _id }) => _id),
  );
  for (const { _id, status, epoch } of refused) t.match(await read(_id), { status, epoch });
});

t.test('a batch of suspects takes over the work of dead processes, and closes their attempts', async (t) => {
  const { openWrites, read, model } = await open(t);
  const writes = openWrites();
  const past = new Date(Date.now() - 60_000);
  const left = many(5, {
    status: 'running',
    epoch: 1,
    lease: { until: past, worker: 'dead', token: 'dead' },
    attempts: [{ epoch: 1, worker: 'dead', startedAt: past }],
  });
  await model.insertMany(left);

  await Promise.all(left.map(({ _id }) => writes.claim(claimOf(_id, { canTakeSuspect: true }))));

  for (const { _id } of left) {
    const { epoch, crashes, attempts } = await read(_id);
    t.match({ epoch, crashes }, { epoch: 2, crashes: 1 });
    t.match(attempts, [
      { epoch: 1, outcome: 'crashed' },
      { epoch: 2, worker: 'test' },
    ]);
  }
});

t.test('a claim whose reply is lost with its batch is found by its token', async (t) => {
  const { model, openWrites } = await open(t);
  const writes = openWrites();
  const ids = await insertAll(writes, many(10));
  const send = losingFirstReplies(writes.claim);

  const claimed = await Promise.all(ids.map((id) => claimExecution(model, claimOf(id), send)));

  t.same(
    claimed.map((execution) => execution?._id),
    ids,
  );
  t.ok(claimed.every((execution) => execution?.epoch === 1));
});

t.test('in a batch of ends each keeps its own result, and only owners can end', async (t) => {
  const { model, openWrites, read } = await open(t);
  const writes = openWrites();
  const ids = await insertAll(writes, many(20));
  await Promise.all(ids.map((id) => writes.claim(claimOf(id))));
  const [superseded = '', cancelled = '', gone = '', repeated = '', ...good] = ids;
  await model.updateOne({ _id: superseded }, { $set: { epoch: 2 } });
  await model.updateOne({ _id: cancelled }, { $set: { status: 'cancelled' } });
  await model.deleteOne({ _id: gone });
  await writes.finish(finishOf(repeated, 1, '"first"'));

  const ends = ids.map((id) => writes.finish(finishOf(id, 1, JSON.stringify({ $set: id }))));
  const kindOf = new Map((await Promise.all(ends)).map(({ kind }, index) => [ids[index], kind]));

  const kinds = (some: string[]): (FinishOutcome['kind'] | undefined)[] => some.map((id) => kindOf.get(id));
  t.same(kinds([superseded, cancelled, gone]), ['superseded', 'superseded', 'superseded']);
  t.same(
    kinds([repeated, ...good]),
    [repeated, ...good].map(() => 'finished'),
  );
  for (const id of good) {
    const { status, result, attempts, attemptsUsed, lease, endedAt } = await read(id);
    t.match(
      { status, result, attemptsUsed, lease },
      {
        status: 'completed',
        result: JSON.stringify({ $set: id }),
        attemptsUsed: 1,
        lease: undefined,
      },
    );
    t.match(attempts, [{ epoch: 1, outcome: 'completed', endedAt: Date }]);
    t.type(endedAt, Date);
  }
  t.match(await read(repeated), { result: '"first"', attemptsUsed: 1 });
  t.match(await read(superseded), { status: 'running', attemptsUsed: 0 });
});

t.test('an end that is too large for the database fails alone', async (t) => {
  const { openWrites, read } = await open(t);
  const writes = openWrites();
  const ids = await insertAll(writes, many(10));
  await Promise.all(ids.map((id) => writes.claim(claimOf(id))));
  const large = JSON.stringify('x'.repeat(17 * MEGABYTE));

  const ends = await Promise.allSettled(
    ids.map((id, index) => writes.finish(finishOf(id, 1, index === 5 ? large : `${index}`))),
  );

  t.same(
    ends.flatMap(({ status }, index) => (status === 'rejected' ? [index] : [])),
    [5],
  );
  t.match(await read(ids[9] ?? ''), { status: 'completed', result: '9' });
  t.match(await read(ids[5] ?? ''), { status: 'running' });
});

t.test('a hundred writes of a kind cost a handful of commands', async (t) => {
  const space = await open(t);
  const writes = space.openWrites();
  const records = many(100);
  const ids = records.map(({ _id }) => _id);

  const steps = {
    insert: () => insertAll(writes, records),
    claim: () => Promise.all(ids.map((id) => writes.claim(claimOf(id)))),
    finish: () => Promise.all(ids.map((id) => writes.finish(finishOf(id, 1, '{}')))),
    settle: () => Promise.all(ids.map((id) => writes.settle(id))),
  };
  const operations: Record<string, string[]> = {};
  for (const [name, step] of Object.entries(steps)) operations[name] = await listOperations(space, step);
  await writes.close();

  // The first is sent alone, then two batches; winners are read back.
  const afterTheFirst = (name: string, alone: string) =>
    operations[name]?.slice(operations[name][0] === alone ? 1 : 0);
  const batches = ['updateMany', 'find', 'updateMany', 'find'];
  t.same(operations['insert'], ['insertOne'], 'batched inserts are raw commands, not visible here');
  t.same(afterTheFirst('claim', 'findOneAndUpdate'), batches);
  t.same(afterTheFirst('finish', 'findOneAndUpdate'), batches);
  t.same(operations['settle']?.slice(-2), ['updateMany', 'updateMany']);
  t.ok((operations['settle'] ?? []).length <= 3);
  t.equal(await space.model.countDocuments({ status: 'completed', settledAt: { $exists: true } }), 100);
});

t.test('a steady stream of claims does not delay a settle mark', async (t) => {
  const space = await open(t);
  const writes = space.openWrites();
  const [id = ''] = await insertAll(writes, many(1));
  const marked = new AbortController();
  const keepClaiming = async () => {
    while (!marked.signal.aborted) await writes.claim(claimOf(randomUUID()));
  };

  const claiming = Promise.all([keepClaiming(), keepClaiming(), keepClaiming()]);
  await writes.settle(id);
  marked.abort();
  await claiming;

  t.match(await space.read(id), { settledAt: Date });
  await writes.close();
});
