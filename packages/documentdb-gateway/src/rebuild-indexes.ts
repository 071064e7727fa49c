import { deserialize, serialize, type Document } from 'bson';

import { bsonColumn } from './engine-reply.ts';
import type { SqlPool } from './sql-pool.ts';
import type { Statement } from './statement.ts';

const BSON = '$2::bytea::documentdb_core.bson';

/** Indexes of the engine's default kind. */
const OUTDATED: Statement = {
  name: 'outdated_indexes',
  text: `SELECT c.database_name, c.collection_name, (i.index_spec).index_name
    FROM documentdb_api_catalog.collection_indexes i
    JOIN documentdb_api_catalog.collections c USING (collection_id)
    JOIN pg_class r ON r.relname = 'documents_rum_index_' || i.index_id
    JOIN pg_am a ON a.oid = r.relam AND a.amname = 'documentdb_rum'
    ORDER BY 1, 2, 3`,
};

const LIST: Statement = {
  name: 'rebuild_list',
  text: `SELECT cursorpage::bytea FROM documentdb_api.list_indexes_cursor_first_page($1, ${BSON})`,
};
const DROP: Statement = {
  name: 'rebuild_drop',
  text: `SELECT documentdb_api_internal.drop_indexes_non_concurrently($1, ${BSON})::bytea`,
};
const CREATE: Statement = {
  name: 'rebuild_create',
  text: `SELECT documentdb_api_internal.create_indexes_non_concurrently($1, ${BSON}, true)::bytea`,
};

/**
 * Rebuilds indexes that an earlier version created and that cannot return documents in their order. Each index is one
 * transaction: an interrupted start loses none, and the next one continues. An index that cannot be rebuilt stays.
 */
export async function rebuildIndexes(pool: SqlPool): Promise<void> {
  for (const row of await pool.run(OUTDATED, [])) {
    const [database = '', collection = '', name = ''] = row.map(String);
    try {
      await rebuildIndex(pool, { database, collection, name });
    } catch (error) {
      process.emitWarning(`index ${name} of ${database}.${collection} is not rebuilt: ${String(error)}`);
    }
  }
}

async function rebuildIndex(
  pool: SqlPool,
  { database, collection, name }: { database: string; collection: string; name: string },
): Promise<void> {
  await pool.transact(async (run) => {
    const call = async (statement: Statement, command: Document): Promise<Document> =>
      deserialize(bsonColumn(await run(statement, [database, serialize(command)])));
    const { cursor } = await call(LIST, { listIndexes: collection });
    const indexes = (cursor.firstBatch as Document[]).filter((index) => index['name'] === name);
    await call(DROP, { dropIndexes: collection, index: name });
    const { ok, raw } = await call(CREATE, { createIndexes: collection, indexes });
    if (ok !== 1) throw new Error(JSON.stringify(raw));
  });
}
