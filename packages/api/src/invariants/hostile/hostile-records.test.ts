import { randomUUID } from 'node:crypto';

import { buildFailure, drawHostile, forEachHostile, sampleDocument, storeRaw } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { NO_LIMITS, watchReplies } from '../../testing/hostile-run.ts';
import { listen, openClient } from '../../testing/mcp-client.ts';
import {
  type Account,
  createEchoTask,
  publishSample,
  startTestApp,
  type TestApp,
} from '../../testing/test-app.ts';

const IN_AN_HOUR = () => new Date(Date.now() + 3_600_000);

async function open(t: Test): Promise<{ test: TestApp; admin: Account }> {
  const test = await startTestApp(t, NO_LIMITS);
  const admin = await test.signUp('admin', 'admin');
  await publishSample(test);
  return { test, admin };
}

t.test('no stored field of a task breaks a list or a read', async (t) => {
  const { test, admin } = await open(t);
  const documents = drawHostile(test, 'Task', () => ({
    ...sampleDocument('Task', { ownerId: admin.id, plugin: 'sample', action: 'echo' }),
    schedule: { cron: '0 0 * * *', timeZone: 'UTC', catchUp: 'one', overlap: 'skip', isPaused: false },
  }));
  await storeRaw(
    test,
    'Task',
    documents.map(({ document }) => document),
  );
  const healthy = await createEchoTask(test, admin);
  const replies = watchReplies(test, admin);

  const ids = await replies.readPages('/api/tasks?count=true');
  await replies.readPages('/api/tasks?sort=createdAt&tags=text');
  await replies.readPages('/api/tasks?status=pending&priority=low');
  await replies.send('stats', { url: '/api/tasks/stats' });
  await forEachHostile(documents, async ({ name, document }) => {
    const id = String(document['_id']);
    await replies.send(`GET ${name}`, { url: `/api/tasks/${id}` });
    await replies.send(`next-runs ${name}`, { url: `/api/tasks/${id}/next-runs` });
    await replies.send(`executions ${name}`, { url: `/api/tasks/${id}/executions` });
  });

  replies.report(t);
  t.ok(ids.includes(healthy.id), 'the healthy task is listed');
});

t.test('no stored field of a user breaks a list, a read or a sign-in', async (t) => {
  const { test, admin } = await open(t);
  let built = 0;
  const documents = drawHostile(test, 'User', () =>
    sampleDocument('User', {
      email: `e${++built}@example.com`,
      username: `user-${built}`,
      bootstrap: undefined,
      deletedAt: undefined,
    }),
  );
  await storeRaw(
    test,
    'User',
    documents.map(({ document }) => document),
  );
  const healthy = await test.signUp('healthy');
  const replies = watchReplies(test, admin);

  const ids = await replies.readPages('/api/users?count=true');
  await replies.readPages('/api/users?role=user&isActive=true&q=e');
  await replies.send('overview', { url: '/api/users/stats/overview' });
  const { collection } = test.models.UserModel;
  for (const { email, _id } of await collection.find({}).toArray()) {
    await replies.send(`GET ${String(_id)}`, { url: `/api/users/${String(_id)}` });
    if (typeof email === 'string')
      await replies.send(`login ${email}`, {
        method: 'POST',
        url: '/api/auth/login',
        payload: { email, password: 'Test123456' },
      });
  }

  replies.report(t);
  t.ok(ids.includes(healthy.id), 'the healthy user is listed');
});

t.test('no stored field of an account breaks the requests of its owner', async (t) => {
  const { test } = await open(t);
  const owner = await test.signUp('owner');
  const replies = watchReplies(test, owner);
  const { collection } = test.models.UserModel;
  const _id = new test.models.UserModel.base.Types.ObjectId(owner.id);
  const stored = await collection.findOne({ _id });
  const documents = drawHostile(test, 'User', () => ({ ...stored, _id: undefined }));

  for (const { name, document } of documents) {
    const { _id: _, ...changed } = document;
    await collection.replaceOne({ _id }, changed).catch(() => undefined);
    test.deps.userStates.forgetUser(owner.id);
    await replies.send(`profile of ${name}`, { url: '/api/auth/profile' });
    await replies.send(`login of ${name}`, {
      method: 'POST',
      url: '/api/auth/login',
      payload: { email: 'owner@example.com', password: 'Test123456' },
    });
  }

  replies.report(t);
});

t.test(
  'no stored field of a session, a key, an audit event, a worker or a pause breaks a list',
  async (t) => {
    const { test, admin } = await open(t);
    const [userId, expiresAt] = [admin.id, IN_AN_HOUR()];
    const builders = {
      Session: () => ({
        ...sampleDocument('Session', { userId, expiresAt, refreshHash: randomUUID(), family: randomUUID() }),
        revokedAt: undefined,
      }),
      ApiKey: () => ({
        ...sampleDocument('ApiKey', { userId, expiresAt, prefix: randomUUID() }),
        revokedAt: undefined,
      }),
      AuditEvent: () => sampleDocument('AuditEvent', { expiresAt }),
      Worker: () => sampleDocument('Worker', { _id: randomUUID() }),
      Pause: () => sampleDocument('Pause', { _id: randomUUID(), name: randomUUID() }),
    };
    for (const [model, build] of Object.entries(builders)) {
      const documents = drawHostile(test, model, build).map(({ document }) => document);
      await storeRaw(test, model, documents);
    }
    const replies = watchReplies(test, admin);

    await replies.readPages('/api/audit');
    await replies.readPages('/api/auth/sessions');
    for (const path of [
      '/api/auth/api-keys',
      '/api/workers',
      '/api/queues',
      '/health/ready',
      '/metrics',
      '/metrics?format=txt',
    ])
      await replies.send(path, { url: path });

    replies.report(t);
  },
);

t.test('no stored field of a plugin breaks the catalogue or the tools of others', async (t) => {
  const { test, admin } = await open(t);
  const healthy = await test.models.PluginModel.findOne().lean<Record<string, unknown>>();
  let built = 0;
  const documents = drawHostile(test, 'Plugin', () => {
    const id = `hostile-${++built}`;
    const sample = sampleDocument('Plugin', { _id: `${id}@1.0.0`, id, version: '1.0.0', pool: 'default' });
    const [action] = sample['actions'] as Record<string, unknown>[];
    const [{ inputSchema, outputSchema } = {}] = (healthy?.['actions'] ?? []) as Record<string, unknown>[];
    Object.assign(action ?? {}, { inputSchema, outputSchema, name: 'text' });
    return sample;
  });
  await storeRaw(
    test,
    'Plugin',
    documents.map(({ document }) => document),
  );
  const replies = watchReplies(test, admin);
  const client = openClient(await listen(test), admin);

  const list = await replies.send('plugins', { url: '/api/plugins' });
  for (const path of ['/api/plugins/sample', '/api/queues', '/metrics'])
    await replies.send(path, { url: path });
  for (const { id } of list.json<{ items?: { id: string }[] }>().items ?? [])
    await replies.send(`plugin ${id}`, { url: `/api/plugins/${encodeURIComponent(id)}` });
  for (const method of ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list']) {
    const { status, error } = await client(method);
    replies.note(method, error ? 500 : status, JSON.stringify(error));
  }
  const { result } = await client('tools/list');
  const executed = await test.inject({
    method: 'POST',
    url: '/mcp/execute',
    headers: admin.headers,
    payload: { plugin: 'sample', action: 'echo', payload: { message: 'hi' }, wait: 0 },
  });

  replies.report(t);
  t.ok(
    (result['tools'] as { name: string }[]).some(({ name }) => name === 'sample__echo'),
    'the healthy tool is listed',
  );
  t.ok(executed.statusCode < 300, 'the healthy action is accepted');
});

t.test('no stored field of a redrive breaks the repeat of its request', async (t) => {
  const { test, admin } = await open(t);
  await test.models.ExecutionModel.insertMany([buildFailure('no such order', { ownerId: admin.id })]);
  const replies = watchReplies(test, admin);
  const redrive = (label: string) =>
    replies.send(label, {
      method: 'POST',
      url: '/api/executions/redrive',
      headers: { ...admin.headers, 'idempotency-key': 'again' },
      payload: { filter: { status: 'failed' } },
    });
  await redrive('the first');
  const { collection } = test.models.RedriveModel;
  const stored = await collection.findOne({});
  const documents = drawHostile(test, 'Redrive', () => structuredClone({ ...stored }));

  for (const { name, document } of documents) {
    const { _id: _, ...changed } = document;
    await collection.replaceOne({ _id: stored?._id }, changed).catch(() => undefined);
    await redrive(name);
  }

  t.equal(await collection.countDocuments(), 1, 'the repeats met the stored request');
  replies.report(t);
});
