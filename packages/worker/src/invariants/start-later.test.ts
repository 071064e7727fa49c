import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const DELAY_MS = 3_000;

t.test('work with a later start starts no earlier, whenever its job is delivered', async (t) => {
  const { startWorker, submit, accept, reach, space } = await openFleet(t);
  await startWorker();
  const { localTime } = (await space.mongo.connection.db!.command({ hello: 1 })) as { localTime: Date };
  const nextAttemptAt = new Date(localTime.getTime() + DELAY_MS);

  const jobComesEarly = await submit({ nextAttemptAt });
  const unknownToRedis = await accept({ nextAttemptAt });

  for (const id of [jobComesEarly, unknownToRedis]) {
    const done = await reach(id, 'completed', 60_000);
    const startedAt = done.attempts[0]?.startedAt ?? new Date(0);
    const lateMs = startedAt.getTime() - nextAttemptAt.getTime();
    t.ok(lateMs >= 0, `started ${lateMs} ms after its time`);
    t.equal(done.waitMs, lateMs, 'the wait counts from the start time');
    t.equal(done.nextAttemptAt, undefined);
  }
});

t.test('work with a later start can be cancelled, and its start time does not bring it back', async (t) => {
  const { startWorker, submit, read, reach, space } = await openFleet(t);
  const nextAttemptAt = new Date(Date.now() + DELAY_MS);
  const id = await submit({ nextAttemptAt });
  await space.models.ExecutionModel.updateOne(
    { _id: id },
    { $set: { 'cancel.at': new Date(), 'cancel.by': 'me' } },
  );
  await startWorker();

  await reach(id, 'cancelled');
  await waitFor('settled', async () => (await read(id)).settledAt);

  t.match(await read(id), { epoch: 0, nextAttemptAt: undefined });
});
