import { setTimeout as delay } from 'node:timers/promises';

import { SqlConnection } from './sql-connection.ts';

/** A crash recovery of much data takes a while; whoever waits for the gateway sees PostgreSQL's own end sooner. */
const START_MS = 60_000;
const STEP_MS = 20;

const STATEMENTS = [
  'CREATE EXTENSION IF NOT EXISTS documentdb CASCADE',
  // A data directory may be older than the engine that now serves it.
  'ALTER EXTENSION documentdb_core UPDATE',
  'ALTER EXTENSION documentdb UPDATE',
  // Indexes are built inside their command here; two jobs that look for background builds every 2 s would only cost time.
  "UPDATE cron.job SET active = false WHERE jobname LIKE 'documentdb_index_build%' AND active",
];

/** Waits for PostgreSQL and makes it a DocumentDB; finds everything in place on later starts. */
export async function setUpEngine(socketDir: string): Promise<void> {
  const connection = await openPatiently(socketDir);
  try {
    for (const text of STATEMENTS) await connection.run({ name: '', text }, []);
  } finally {
    await connection.close();
  }
}

async function openPatiently(socketDir: string): Promise<SqlConnection> {
  const deadline = Date.now() + START_MS;
  for (;;) {
    try {
      return await SqlConnection.open(socketDir, () => undefined);
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await delay(STEP_MS);
    }
  }
}
