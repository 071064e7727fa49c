import { setTimeout as delay } from 'node:timers/promises';

import t from 'tap';

import { openTestDatabase } from './testing/test-database.ts';

/** MongoDB and DocumentDB delete expired documents once a minute. */
const EXPIRY_MS = 80_000;
const POLL_MS = 100;

t.test('expired documents are deleted, others stay', { timeout: EXPIRY_MS + 10_000 }, async (t) => {
  const database = await openTestDatabase(t);
  const items = database.collection('items');
  await items.createIndex({ at: 1 }, { expireAfterSeconds: 1 });
  await items.insertMany([
    { at: new Date(Date.now() - 60_000) },
    { at: new Date(Date.now() + 3_600_000) },
    {},
  ]);

  while ((await items.countDocuments()) === 3) await delay(POLL_MS);

  t.equal(await items.countDocuments(), 2);
});
