import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const DELAY_MS = 3_000;

t.test('work that is to start later starts no earlier, whoever delivers it when', async (t) => {
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
    t.equal(done.waitMs, lateMs, 'the wait counts from then');
    t.equal(done.nextAttemptAt, undefined);
  }
});

t.test(
  'work that is to start later is cancelled like any other, and its time does not bring it back',
  async (t) => {
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
  },
);
