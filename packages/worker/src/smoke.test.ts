import { acceptExecution, buildQueue, enqueueExecution } from '@mcp-server/shared';
import { buildExecution, openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test('a queued execution completes', async (t) => {
  const space = await openNamespace(t);
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  const worker = await startProcess(t, 'worker', { ...space.env, LOG_LEVEL: 'debug' });
  t.teardown(async () => console.log(worker.lines.join('\n')));
  const { ExecutionModel } = space.models;
  for (const action of ['echo', 'flaky', 'fail'] as const) {
    const started = Date.now();
    const execution = buildExecution({ action, payload: '{}' });
    await acceptExecution(ExecutionModel, execution);
    await enqueueExecution(queue, execution);
    const ended = await waitFor('end', async () => {
      const found = await ExecutionModel.findById(execution._id).lean();
      return found?.settledAt && found;
    });
    console.log(Date.now() - started, JSON.stringify(ended, null, 1));
  }
  console.log(await worker.end('SIGTERM'));
});
