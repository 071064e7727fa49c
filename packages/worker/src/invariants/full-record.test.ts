import { openFleet } from '@mcp-server/testing';
import t from 'tap';

const WORDS = 'x'.repeat(60_000);

t.test('an execution whose record is full still ends, says why, and can be listed', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  await startWorker({ MAX_RESULT_BYTES: '8388608' });
  const { ExecutionModel } = space.models;

  const steps = await submit({
    plugin: 'fixture',
    action: 'fill-steps',
    payload: '{"count":300,"bytes":60000}',
  });
  // Larger than any payload that the API accepts, so that the database's own limit is near.
  const nearFull = await submit({
    plugin: 'fixture',
    action: 'large-result',
    payload: JSON.stringify({ bytes: 7_500_000, ballast: WORDS.repeat(80) }),
  });

  const first = await reach(steps, 'failed', 60_000);
  t.match(first.failure, { kind: 'error', code: 'STEPS_TOO_LARGE', message: /4194304 bytes/ });
  t.match(first.attempts, { length: 1 });
  const second = await reach(nearFull, 'failed', 60_000);
  t.match(second.failure, { kind: 'invalid_output', message: /larger than 15728640 bytes/ });
  const listed = await ExecutionModel.find({}, { steps: 0, payload: 0 }).sort({ createdAt: -1 }).lean();
  t.equal(listed.length, 2);
});

t.test('the last progress is stored with the end, also when no beat stored it', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  await startWorker({ BEAT_MS: '1500' });

  const completed = await submit({ plugin: 'fixture', action: 'report', payload: '{"last":7}' });
  const failed = await submit({ plugin: 'fixture', action: 'report', payload: '{"last":8,"fails":true}' });

  t.match((await reach(completed, 'completed')).progress, { done: 7, total: 8, message: 'last' });
  t.match((await reach(failed, 'failed')).progress, { done: 8, total: 8, message: 'last' });
});
