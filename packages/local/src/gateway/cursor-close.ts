import { deserialize } from 'bson';

import type { Cursor } from './cursors.ts';
import type { SqlPool } from './sql-pool.ts';

/** Frees the pages that PostgreSQL holds for a cursor in one of its sessions. A session that is gone holds none. */
export function closeCursor(cursor: Cursor, pool: SqlPool): void {
  const { connection } = cursor;
  const name: unknown = deserialize(cursor.continuation)['qn'];
  if (connection === undefined || typeof name !== 'string') return;
  // A cursor's name cannot be a parameter. It comes from the engine, and is quoted all the same.
  const text = `CLOSE "${name.replaceAll('"', '""')}"`;
  pool.runOn(connection, { name: '', text }, []).catch(() => undefined);
}
