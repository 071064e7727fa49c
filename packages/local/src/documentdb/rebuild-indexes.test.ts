import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

import t from 'tap';

import { defaultCacheDir } from '../cache-dir.ts';
import { startLocalServices } from '../local-services.ts';
import { connect, startOwnServices } from '../testing/test-database.ts';
import { ensureChroot } from './chroot-build.ts';
import { chrootCommand } from './chroot-command.ts';

const run = promisify(execFile);

/** Indexes as an earlier version of the product created them. */
const OLD_INDEXES = JSON.stringify({
  createIndexes: 'items',
  indexes: [
    { key: { owner: 1, createdAt: -1 }, name: 'by_owner' },
    { key: { key: 1 }, name: 'by_key', unique: true, partialFilterExpression: { key: { $exists: true } } },
    { key: { expiresAt: 1 }, name: 'ttl', expireAfterSeconds: 60 },
  ],
});
const CREATE = `SET documentdb.alternate_index_handler_name = '';
  SELECT documentdb_api_internal.create_indexes_non_concurrently('old', '${OLD_INDEXES}', true)`;
const KINDS = `SELECT DISTINCT amname FROM pg_class c JOIN pg_am a ON a.oid = c.relam
  WHERE relname LIKE 'documents_rum_index_%'`;

/** Runs SQL in the engine below the gateway. */
async function runSql(dataDir: string, sql: string): Promise<string> {
  const root = await ensureChroot(defaultCacheDir(process.env), () => undefined);
  const psql = ['psql', '-h', '/mnt/run', '-U', 'postgres', '-v', 'ON_ERROR_STOP=1', '-Atc', sql];
  const [file = '', ...args] = chrootCommand(root, join(dataDir, 'documentdb'), psql);
  return (await run(file, args)).stdout;
}

t.test('indexes of an earlier version return documents in their order after a restart', async (t) => {
  const { dataDir, ...services } = await startOwnServices(t);
  const first = await connect(t, services.mongodbUri);
  const documents = Array.from({ length: 300 }, (_, index) => ({
    owner: `o${index % 2}`,
    createdAt: new Date(index),
    ...(index < 9 ? { key: `k${index}` } : {}),
  }));
  await first.db('old').collection('items').insertMany(documents);
  await runSql(dataDir, CREATE);
  t.match(await runSql(dataDir, KINDS), /^documentdb_rum$/m);
  const before = await first.db('old').collection('items').indexes();
  await services.close();

  const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
  const restarted = await startLocalServices({ dataDir, env, log: () => undefined });
  t.teardown(() => restarted.close());
  const items = (await connect(t, restarted.mongodbUri)).db('old').collection('items');

  t.equal((await runSql(dataDir, KINDS)).trim(), 'documentdb_extended_rum');
  const byName = (indexes: typeof before) => new Map(indexes.map((index) => [index.name, index]));
  t.same(byName(await items.indexes()), byName(before));
  const page = items.find({ owner: 'o1' }).sort({ createdAt: -1 }).limit(3).hint('by_owner');
  t.notMatch(JSON.stringify(await page.clone().explain('queryPlanner')), /"SORT"/);
  t.match(await page.toArray(), [{ createdAt: new Date(299) }, { createdAt: new Date(297) }, {}]);
  await t.rejects(items.insertOne({ key: 'k1' }), { code: 11000, keyPattern: { key: 1 } });
});
