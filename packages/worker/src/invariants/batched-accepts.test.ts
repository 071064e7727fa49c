import {
  acceptExecution,
  buildExecutionWrites,
  buildModels,
  createMongo,
  type ExecutionRecord,
  type ExecutionWrites,
  pingMongo,
} from '@mcp-server/shared';
import { buildExecution, openNamespace, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { startConflictProxy } from '../testing/test-conflict-proxy.ts';
import { losingFirstReplies } from '../testing/test-lost-replies.ts';

const MEGABYTE = 1_000_000;
const POOL = { maxPoolSize: 5, serverSelectionTimeoutMs: 15_000, socketTimeoutMs: 20_000 };

type Teardown = Parameters<typeof openNamespace>[0];

/** Opens one namespace of executions, and the writes of several processes. */
async function open(t: Teardown) {
  const { models } = await openNamespace(t);
  const model = models.ExecutionModel;
  return { model, openWrites: () => buildExecutionWrites(model) };
}

const insertAll = (writes: ExecutionWrites, records: ExecutionRecord[]) =>
  Promise.all(records.map((record) => writes.insert(record)));

const many = (count: number, changes: Partial<ExecutionRecord> = {}) =>
  Array.from({ length: count }, () => buildExecution(changes));

t.test('in a batch of accepts, a duplicate and one that is too large fail alone', async (t) => {
  const { model, openWrites } = await open(t);
  const writes = openWrites();
  const key = { idempotencyKey: 'used', bodyHash: 'one' };
  const [earlier] = many(1, key);
  if (earlier) await insertAll(writes, [earlier]);
  const good = many(30);
  const [other, same] = [buildExecution({ ...key, bodyHash: 'two' }), buildExecution(key)];
  const large = buildExecution({ payload: 'x'.repeat(17 * MEGABYTE) });
  const accept = (record: ExecutionRecord) => acceptExecution(model, record, writes.insert);

  const accepting = [...good.slice(0, 15), other, large, same, ...good.slice(15)].map(accept);
  const accepted = await Promise.allSettled(accepting);

  const kinds = accepted.map((one) => (one.status === 'fulfilled' ? one.value.kind : 'failed'));
  t.same(kinds, [
    ...Array(15).fill('accepted'),
    'conflict',
    'failed',
    'repeated',
    ...Array(15).fill('accepted'),
  ]);
  t.match(accepted[17], { value: { execution: { _id: earlier?._id } } });
  t.equal(await model.countDocuments(), 31);
});

t.test('of a duplicate, one that is too large and one with a deadlock, exactly these fail', async (t) => {
  const space = await openNamespace(t);
  const { ExecutionModel: model } = space.models;
  const key = { idempotencyKey: 'used', bodyHash: 'one' };
  await model.create(buildExecution(key));
  const unlucky = 'it meets a deadlock';
  const uri = await startConflictProxy(t, {
    uri: space.mongodbUri,
    BSON: model.base.mongo.BSON,
    meets: (document) => 'requestId' in document && document.requestId === unlucky,
  });
  const mongo = createMongo({ ...POOL, uri });
  t.teardown(() => mongo.close());
  await waitFor('the proxy', () => pingMongo(mongo.connection));
  const writes = buildExecutionWrites(buildModels(mongo.connection).ExecutionModel);
  const records = many(40);
  records[7] = buildExecution({ ...key, bodyHash: 'two' });
  records[11] = buildExecution({ payload: 'x'.repeat(17 * MEGABYTE) });
  records[23] = buildExecution({ requestId: unlucky });

  const inserted = await Promise.allSettled(records.map((record) => writes.insert(record)));

  const failures = inserted.flatMap((one, place) =>
    one.status === 'rejected' ? [[place, (one.reason as { code?: unknown }).code]] : [],
  );
  t.match(failures, [
    [7, 11_000],
    [11, /TOO_LARGE|OUT_OF_RANGE|10334/],
    [23, 112],
  ]);
  t.equal(await model.countDocuments(), 38);
  await writes.close();
});

t.test(
  'accepts of two processes with the same keys, in opposite orders, collide and all get an outcome',
  async (t) => {
    const { model, openWrites } = await open(t);
    const keys = Array.from({ length: 10 }, (_, index) => `key-${index}`);
    const records = (order: string[]) =>
      order.map((idempotencyKey) => buildExecution({ idempotencyKey, bodyHash: 'same' }));
    const acceptAll = (writes: ExecutionWrites, order: string[]) =>
      [...records(order), ...many(10)].map((record) => acceptExecution(model, record, writes.insert));

    const accepted = await Promise.all([
      ...acceptAll(openWrites(), keys),
      ...acceptAll(openWrites(), keys.toReversed()),
    ]);

    const kinds = accepted.map(({ kind }) => kind);
    t.equal(kinds.filter((kind) => kind === 'accepted').length, 30);
    t.equal(kinds.filter((kind) => kind === 'repeated').length, 10);
    t.equal(await model.countDocuments(), 30);
  },
);

t.test('an accept whose reply is lost with its batch is sent again and found', async (t) => {
  const { model, openWrites } = await open(t);
  const writes = openWrites();
  const insert = losingFirstReplies(({ record }: { id: string; record: ExecutionRecord }) =>
    writes.insert(record),
  );

  const accepted = await Promise.all(
    many(10).map((record) => acceptExecution(model, record, () => insert({ id: record._id, record }))),
  );

  t.ok(accepted.every(({ kind }) => kind === 'accepted'));
  t.equal(await model.countDocuments(), 10);
});
