import type { ExecutionRecord } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { listen, openClient, startWorker } from '../testing/mcp-client.ts';
import { publishSample, startTestApp, type TestApp } from '../testing/test-app.ts';

const only = ({ models }: TestApp) => models.ExecutionModel.findOne().lean<ExecutionRecord>();
const SLEEP = { name: 'sample__sleep', arguments: { ms: 60_000 } };

t.test('a client without mcpTasks waits a bounded time and follows up with a plain tool', async (t) => {
  const test = await startTestApp(t, { MCP_WAIT_SECONDS: '1' });
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  for (const era of ['modern', 'legacy'] as const) {
    const call = { name: 'sample__sleep', arguments: { ms: 3_000 } };
    const first = await mary('tools/call', call, { era });
    const { taskId } = first.result['structuredContent'] as { taskId: string };
    const task = { taskId, waitSeconds: 20 };
    const early = await mary('tools/call', { name: 'task_get', arguments: { taskId } }, { era });
    const ended = await mary('tools/call', { name: 'task_get', arguments: task }, { era });

    t.match(first.result, { structuredContent: { status: 'working', pollAfterMs: Number } });
    t.match(first.result, { content: [{ text: /task_get/ }] });
    t.match(early.result, { structuredContent: { taskId, status: 'working' } });
    t.match(ended.result, { structuredContent: { sleptMs: 3_000 } });
  }
});

t.test('progress reaches the caller that asked for it, and grows', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  for (const era of ['modern', 'legacy'] as const) {
    const { messages, result } = await mary(
      'tools/call',
      { name: 'sample__sleep', arguments: { ms: 3_500 } },
      { era, meta: { progressToken: 'token' } },
    );

    const notified = messages.filter(({ method }) => method === 'notifications/progress');
    const done = notified.map(({ params }) => (params as { progress: number }).progress);
    t.ok(done.length >= 3, `${done.length} notifications`);
    t.same(
      done,
      done.toSorted((a, b) => a - b),
    );
    t.match(notified[0], { params: { progressToken: 'token', total: 3_500 } });
    t.match(result, { structuredContent: { sleptMs: 3_500 } });
  }
});

t.test('closing the connection cancels the call', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const leaving = new AbortController();

  const call = mary('tools/call', SLEEP, { signal: leaving.signal });
  await waitFor('the run', async () => (await only(test))?.status === 'running');
  leaving.abort();

  await t.rejects(call);
  await waitFor('the end', async () => (await only(test))?.status === 'cancelled', 5_000);
});

t.test(
  'closing does not cancel an action with onDisconnect keep, nor a call of the legacy era',
  async (t) => {
    const test = await startTestApp(t);
    await publishSample(test);
    await test.models.PluginModel.updateOne(
      { _id: 'sample@1.0.0' },
      { $set: { 'actions.0.tool.onDisconnect': 'keep' } },
    );
    const url = await listen(test);
    const echo = { name: 'sample__echo', arguments: { message: 'hello' } };

    for (const [name, era] of [
      ['mary', 'modern'],
      ['john', 'legacy'],
    ] as const) {
      const account = await test.signUp(name);
      const leaving = new AbortController();
      const call = openClient(url, account)('tools/call', echo, { era, signal: leaving.signal });
      const { _id: id } = await waitFor('the execution', () =>
        test.models.ExecutionModel.findOne({ ownerId: account.id }).lean(),
      );
      await waitFor('the waiting', () => test.deps.waiters.count() === 1);
      leaving.abort();
      await t.rejects(call);
      await waitFor('its leaving', () => test.deps.waiters.count() === 0);
      const kept = await test.models.ExecutionModel.findById(id).lean();
      t.match(kept, { status: 'queued' });
      t.notOk(kept?.cancel);
      await test.models.PluginModel.updateOne(
        { _id: 'sample@1.0.0' },
        { $set: { hash: era, 'actions.0.tool.onDisconnect': 'cancel' } },
      );
    }
  },
);

t.test('a normal end cancels nothing', async (t) => {
  const test = await startTestApp(t);
  await startWorker(t, test);
  const mary = openClient(await listen(test), await test.signUp('mary'));

  await mary('tools/call', { name: 'sample__echo', arguments: { message: 'hello' } });

  const ended = await waitFor('the settling', async () => {
    const execution = await only(test);
    return execution?.settledAt && execution;
  });
  t.equal(ended.status, 'completed');
  t.notOk(ended.cancel);
});

t.test('a closing application responds to waiting callers', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = openClient(await listen(test), await test.signUp('mary'));
  const echo = { name: 'sample__echo', arguments: { message: 'hello' } };

  const calls = [mary('tools/call', echo), mary('tools/call', echo, { era: 'legacy' })];
  await waitFor('both', () => test.deps.waiters.count() === 2);
  // As main does: from here on responses close their connections.
  test.deps.readiness.startClosing();
  await test.app.close();

  for (const { status, result } of await Promise.all(calls)) {
    t.equal(status, 200);
    t.match(result, { structuredContent: { status: 'working' } });
  }
  const kept = await test.models.ExecutionModel.find().lean();
  t.ok(kept.every(({ status, cancel }) => status === 'queued' && cancel === undefined));
});
