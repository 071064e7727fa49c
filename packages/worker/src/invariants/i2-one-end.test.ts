import { cancelExecution, claimExecution, finishExecution } from '@mcp-server/shared';
import { openFleet } from '@mcp-server/testing';
import t from 'tap';

const claimRequest = { seq: 1, worker: 'w', leaseMs: 60_000, canJudgeLeases: true, canTakeSuspect: true };

t.test('I2: of many ends that race, one is written and never changes', async (t) => {
  const { space, accept, read } = await openFleet(t);
  const model = space.models.ExecutionModel;
  const id = await accept();
  const execution = await claimExecution(model, { ...claimRequest, id, token: 'a' });
  const finish = (result: string) =>
    finishExecution(model, {
      id,
      epoch: execution?.epoch ?? 0,
      of: { plugin: 'sample', action: 'echo' },
      end: { kind: 'completed', result },
      retentionSeconds: 60,
    });

  await Promise.all(['1', '2', '3', '4', '5', '6'].map((result) => finish(result)));
  const first = await read(id);
  await Promise.all([
    finish('7'),
    cancelExecution(model, { id, by: 'test', retentionSeconds: 60 }),
    claimExecution(model, { ...claimRequest, id, token: 'b' }),
  ]);

  t.equal(first.status, 'completed');
  t.same(await read(id), first);
});

t.test('I2: of 12 claims that race, one wins', async (t) => {
  const { space, accept, read } = await openFleet(t);
  const id = await accept();

  const claims = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      claimExecution(space.models.ExecutionModel, { ...claimRequest, id, token: `token-${index}` }),
    ),
  );

  t.equal(claims.filter(Boolean).length, 1);
  t.match(await read(id), { epoch: 1, attempts: { length: 1 } });
});
