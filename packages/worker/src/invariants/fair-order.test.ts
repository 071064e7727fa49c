import { buildQueue, enqueueExecution, type ExecutionRecord } from '@mcp-server/shared';
import { buildExecution, type Fleet, openFleet, startOwnRedis, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FLOOD = 400;
const FEW = 20;
/** B's last of 20 may start at this place: A has a turn for each, and what ran or was taken before. */
const LAST_PLACE = 60;
const A = 'a'.repeat(24);
const B = 'b'.repeat(24);

async function flood(
  { space }: Fleet,
  ownerId: string,
  count: number,
  changes: Partial<ExecutionRecord> = {},
) {
  const executions = Array.from({ length: count }, () => buildExecution({ ownerId, ...changes }));
  await space.models.ExecutionModel.insertMany(executions);
  const queue = buildQueue('default', space.redis, space.prefix);
  for (const execution of executions) await enqueueExecution(queue, execution);
  await queue.close();
}

/** Place of the last start of B among all starts. */
async function lastPlaceOfB({ space }: Fleet, total: number): Promise<number> {
  const { ExecutionModel } = space.models;
  await waitFor(
    'all to end',
    async () => (await ExecutionModel.countDocuments({ status: 'completed' })) === total,
    120_000,
  );
  const all = await ExecutionModel.find({}, { ownerId: 1, attempts: 1 }).lean<ExecutionRecord[]>();
  const owners = all
    .toSorted((one, other) => Number(one.attempts[0]?.startedAt) - Number(other.attempts[0]?.startedAt))
    .map(({ ownerId }) => ownerId);
  return owners.lastIndexOf(B) + 1;
}

t.test('a few of one user do not wait behind the flood of another', { timeout: 300_000 }, async (t) => {
  const fleet = await openFleet(t);
  await flood(fleet, A, FLOOD, { priority: 'urgent' });
  await flood(fleet, B, FEW, { priority: 'low' });
  await fleet.startWorker({ WORKER_CONCURRENCY: '4' });

  const place = await lastPlaceOfB(fleet, FLOOD + FEW);
  t.ok(place <= LAST_PLACE, `the last of B started as number ${place}`);
});

t.test('nor after Redis was wiped', { timeout: 300_000 }, async (t) => {
  const ownRedis = await startOwnRedis(t);
  const fleet = await openFleet(t, ownRedis.url);
  await flood(fleet, A, FLOOD);
  await flood(fleet, B, FEW);
  await fleet.space.redis.flushall();
  const { ExecutionModel } = fleet.space.models;
  await fleet.startWorker({ WORKER_CONCURRENCY: '4' });

  const place = await lastPlaceOfB(fleet, FLOOD + FEW);
  // Workers take what is back while the rest is restored, in an order of its own.
  t.ok(place <= 2 * LAST_PLACE, `the last of B started as number ${place}`);
  t.equal(await ExecutionModel.countDocuments({ 'attempts.1': { $exists: true } }), 0);
});
