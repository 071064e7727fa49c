import type { Cursor } from './cursors.ts';
import type { Statement } from './sql-connection.ts';
import type { SqlPool } from './sql-pool.ts';

const DELETE_CURSORS: Statement = {
  name: 'delete_cursors',
  text: 'SELECT documentdb_api_internal.delete_cursors($1::bigint[])::text',
};

/** Frees what the engine keeps of a result. A failure costs disk space only until the engine's own clean-up. */
export function closeCursor(cursor: Cursor, pool: SqlPool): void {
  pool.run(DELETE_CURSORS, [[String(cursor.id)]]).catch(() => undefined);
}
