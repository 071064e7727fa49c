import t from 'tap';

import { openTestDatabase } from '../test-database.ts';
import { waitFor } from '../test-processes.ts';

/** Both MongoDB and DocumentDB look for expired documents once a minute. */
const EXPIRY_MS = 80_000;

t.test('expired documents are deleted, others stay', { timeout: EXPIRY_MS + 10_000 }, async (t) => {
  const database = await openTestDatabase(t);
  const items = database.collection('items');
  await items.createIndex({ at: 1 }, { expireAfterSeconds: 1 });
  await items.insertMany([
    { at: new Date(Date.now() - 60_000) },
    { at: new Date(Date.now() + 3_600_000) },
    {},
  ]);

  await waitFor(
    async () => (await items.countDocuments()) < 3,
    () => 'nothing expired',
    EXPIRY_MS,
  );

  t.equal(await items.countDocuments(), 2);
});
