import { buildLogger } from '@mcp-server/shared';
import { openNamespace } from '@mcp-server/testing';
import t from 'tap';

import { prepareDatabase } from './prepare-database.ts';

t.test('indexes of an earlier version are dropped, even if a new one has the same fields', async (t) => {
  const { models } = await openNamespace(t);
  const { collection } = models.ExecutionModel;
  await collection.dropIndex('ttl');
  await collection.createIndex({ expiresAt: 1 }, { expireAfterSeconds: 0 });
  await collection.createIndex({ status: 1, settledAt: 1 });
  await collection.createIndex({ note: 1 });
  const logger = buildLogger({ name: 'test', level: 'silent' });

  const { prepared } = prepareDatabase({ models, ping: async () => true }, logger);
  await prepared;

  const stored = await collection.indexes();
  const names = new Set(stored.map(({ name }) => name));
  t.notOk(names.has('expiresAt_1') || names.has('status_1_settledAt_1'));
  t.ok(names.has('note_1'), 'a foreign index stays');
  t.match(
    stored.find(({ name }) => name === 'ttl'),
    { expireAfterSeconds: 0, partialFilterExpression: { expiresAt: { $exists: true } } },
  );
});

t.test('indexes that others replace are dropped after those exist', async (t) => {
  const { models } = await openNamespace(t);
  const { ExecutionModel, TaskModel, SessionModel } = models;
  await ExecutionModel.collection.createIndex({ taskId: 1, createdAt: -1 }, { name: 'of_task' });
  await ExecutionModel.collection.createIndex({ ownerId: 1, status: 1, createdAt: -1 });
  await ExecutionModel.collection.createIndex({ redriveId: 1 });
  await TaskModel.collection.createIndex({ ownerId: 1, tags: 1, createdAt: -1 });
  await SessionModel.collection.createIndex({ userId: 1 });
  await ExecutionModel.collection.dropIndex('ownerId_1_status_1_createdAt_-1__id_-1');
  const operations: string[] = [];
  models.UserModel.db.set('debug', (_collection: string, operation: string, key: object) => {
    if (/^(create|drop)Index$/.test(operation)) operations.push(`${operation} ${JSON.stringify(key)}`);
  });

  const logger = buildLogger({ name: 'test', level: 'silent' });
  const { prepared } = prepareDatabase({ models, ping: async () => true }, logger);
  await prepared;

  const created = operations.indexOf('createIndex {"ownerId":1,"status":1,"createdAt":-1,"_id":-1}');
  t.ok(created >= 0 && created < operations.indexOf('dropIndex "ownerId_1_status_1_createdAt_-1"'));
  const names = new Set<string>();
  for (const model of [ExecutionModel, TaskModel, SessionModel]) {
    for (const { name = '' } of await model.collection.indexes()) names.add(name);
  }
  t.notOk(names.has('of_task') || names.has('redriveId_1') || names.has('userId_1'));
  t.notOk(names.has('ownerId_1_status_1_createdAt_-1') || names.has('ownerId_1_tags_1_createdAt_-1'));
});
