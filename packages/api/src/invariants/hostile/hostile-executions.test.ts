import { randomUUID } from 'node:crypto';

import { buildExecution, drawHostile, forEachHostile, sampleDocument, storeRaw } from '@mcp-server/testing';
import t from 'tap';

import { NO_LIMITS, watchReplies } from '../../testing/hostile-run.ts';
import { listen, openClient, WITH_TASKS } from '../../testing/mcp-client.ts';
import { publishSample, startTestApp } from '../../testing/test-app.ts';

const UNFINISHED = ['queued', 'running', 'retrying', 'input_required'];
const STATUSES = [...UNFINISHED, 'completed', 'failed', 'cancelled'];

t.test('no stored field of an execution breaks a list or a read', async (t) => {
  const test = await startTestApp(t, NO_LIMITS);
  const admin = await test.signUp('admin', 'admin');
  await publishSample(test);
  let built = 0;
  const documents = drawHostile(test, 'PluginExecution', () => {
    const status = STATUSES[built++ % STATUSES.length];
    const own = { _id: randomUUID(), ownerId: admin.id, status, plugin: 'sample', action: 'echo' };
    const changes = { ...own, rerunOf: randomUUID(), expiresAt: new Date(Date.now() + 600_000) };
    return sampleDocument('PluginExecution', { ...changes, fireTime: new Date(built) });
  });
  const healthy = buildExecution({ ownerId: admin.id });
  await storeRaw(test, 'PluginExecution', [...documents.map(({ document }) => document), { ...healthy }]);
  const replies = watchReplies(test, admin);
  const client = openClient(await listen(test), admin);

  const ids = await replies.readPages('/api/executions?count=true');
  await replies.readPages('/api/executions?sort=createdAt');
  for (const status of STATUSES) await replies.readPages(`/api/executions?status=${status}`);
  for (const path of [
    '/api/executions/failures?limit=100',
    '/api/tasks/stats',
    '/api/tasks/stats?all=true',
    '/api/queues',
    '/metrics',
  ])
    await replies.send(path, { url: path });
  await forEachHostile(documents, async ({ name, document }) => {
    const id = String(document['_id']);
    await replies.send(`GET ${name}`, { url: `/api/executions/${id}` });
    await replies.send(`explain ${name}`, { url: `/api/executions/${id}/explain` });
    const { error, status } = await client('tasks/get', { taskId: id }, { capabilities: WITH_TASKS });
    replies.note(
      `tasks/get ${name}`,
      error?.data?.['code'] === 'internal_error' ? 500 : status,
      JSON.stringify(error),
    );
    const read = await client('resources/read', { uri: `execution://${id}` });
    replies.note(
      `resources/read ${name}`,
      read.error?.code === -32603 ? 500 : read.status,
      JSON.stringify(read.error),
    );
  });
  const list = await client('resources/list');
  replies.note('resources/list', list.error ? 500 : list.status, JSON.stringify(list.error));

  replies.report(t);
  t.ok(ids.includes(healthy._id), 'the healthy execution is listed');
});
