import { rebuildIndexes } from './rebuild-indexes.ts';
import type { SqlPool } from './sql-pool.ts';

/** Upper bound for PostgreSQL's start: crash recovery of a large database takes a while. */
const START_MS = 60_000;

const STATEMENTS = [
  'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE',
  // A data directory may be older than the installed engine.
  'ALTER EXTENSION documentdb_core UPDATE',
  'ALTER EXTENSION documentdb UPDATE',
  // The gateway builds indexes inside their command, so the jobs that look for background builds every 2 s are useless.
  "UPDATE cron.job SET active = false WHERE jobname LIKE 'documentdb_index_build%' AND active",
];

const ORDERED_INDEXES = [
  'CREATE EXTENSION IF NOT EXISTS documentdb_extended_rum',
  'ALTER EXTENSION documentdb_extended_rum UPDATE',
];

const INDEX_HANDLER = "SELECT current_setting('documentdb.alternate_index_handler_name', true)";

/**
 * Waits for PostgreSQL and installs or updates the DocumentDB extension; idempotent. If PostgreSQL is configured for
 * indexes in the order of documents, rebuilds those of other kinds.
 */
export async function setUpEngine(pool: SqlPool): Promise<void> {
  await pool.waitUntilReachable(START_MS);
  for (const text of STATEMENTS) await pool.run({ name: '', text }, []);
  const [row] = await pool.run({ name: '', text: INDEX_HANDLER }, []);
  if (row?.[0] !== 'extended_rum') return;
  for (const text of ORDERED_INDEXES) await pool.run({ name: '', text }, []);
  await rebuildIndexes(pool);
}
