import { buildLogger, dropRetiredIndexes } from '@mcp-server/shared';
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
  await dropRetiredIndexes(models);
});
