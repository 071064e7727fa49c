import type { Cursor } from './cursors.ts';
import type { SqlPool } from './sql-pool.ts';
import type { Statement } from './statement.ts';

const DELETE_CURSORS: Statement = {
  name: 'delete_cursors',
  text: 'SELECT documentdb_api_internal.delete_cursors($1::bigint[])::text',
};

/** Frees the engine's files of a cursor. A failure only costs disk space until the engine's own clean-up. */
export function closeCursor(cursor: Cursor, pool: SqlPool): void {
  pool.run(DELETE_CURSORS, [[String(cursor.id)]]).catch(() => undefined);
}
