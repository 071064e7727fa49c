import { randomUUID } from 'node:crypto';

import { documentsWithHostileIds, forEachHostile, sampleDocument, storeRaw } from '@mcp-server/testing';
import t from 'tap';

import { NO_LIMITS, watchReplies } from '../../testing/hostile-run.ts';
import { publishSample, startTestApp } from '../../testing/test-app.ts';

/** Small, so that pages end at hostile ids and continue there. */
const LIMIT = 7;

t.test('no stored id breaks a list or a read', async (t) => {
  const test = await startTestApp(t, NO_LIMITS);
  const admin = await test.signUp('admin', 'admin');
  await publishSample(test);
  const [userId, expiresAt] = [admin.id, new Date(Date.now() + 3_600_000)];
  const own = { ownerId: admin.id, plugin: 'sample', action: 'echo' };
  const lists: [model: string, changes: () => Record<string, unknown>, paths: string[]][] = [
    [
      'PluginExecution',
      () => ({ ...own, expiresAt }),
      ['/api/executions?count=true', '/api/executions?status=queued'],
    ],
    ['Task', () => own, ['/api/tasks?count=true', '/api/tasks?sort=createdAt']],
    [
      'User',
      () => ({ email: randomUUID(), username: randomUUID(), bootstrap: undefined, deletedAt: undefined }),
      ['/api/users?count=true'],
    ],
    ['AuditEvent', () => ({ expiresAt }), ['/api/audit']],
    [
      'Session',
      () => ({ userId, expiresAt, refreshHash: randomUUID(), family: randomUUID(), revokedAt: undefined }),
      ['/api/auth/sessions'],
    ],
    ['ApiKey', () => ({ userId, expiresAt, prefix: randomUUID(), revokedAt: undefined }), []],
    ['Plugin', () => ({ id: `p-${randomUUID()}`, version: '1.0.0' }), []],
    ['Worker', () => ({}), []],
    ['Pause', () => ({ name: randomUUID() }), []],
  ];
  const replies = watchReplies(test, admin);
  for (const [model, changes, paths] of lists) {
    const documents = documentsWithHostileIds(test.models, () => sampleDocument(model, changes()));
    await storeRaw(
      test,
      model,
      documents.map(({ document }) => document),
    );
    for (const path of paths) await replies.readPages(path, LIMIT);
    const [list = ''] = (paths[0] ?? '').split('?');
    if (list === '/api/executions' || list === '/api/tasks' || list === '/api/users')
      await forEachHostile(documents, async ({ name, document }) => {
        await replies.send(name, {
          url: `${list}/${encodeURIComponent(String(document['_id']).toWellFormed())}`,
        });
      });
  }

  for (const url of [
    '/api/auth/api-keys',
    '/api/plugins',
    '/api/workers',
    '/api/queues',
    '/health/ready',
    '/metrics',
  ])
    await replies.send(url, { url });

  replies.report(t);
});
