import { deserialize, serialize, type Document } from 'bson';

import { bsonColumn } from './engine-reply.ts';
import type { SqlPool } from './sql-pool.ts';

const LIST_INDEXES = {
  name: 'index_keys',
  text: 'SELECT cursorpage::bytea FROM documentdb_api.list_indexes_cursor_first_page($1, $2::bytea::documentdb_core.bson)',
} as const;

/** Above the engine's limit per collection, so that one page holds all indexes. */
const ALL_INDEXES = 1_000;

/** Key patterns of indexes by name; the engine's duplicate-key errors do not contain them. */
export class IndexKeys {
  readonly #pool: SqlPool;
  readonly #byNamespace = new Map<string, Map<string, Document>>();

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** Key pattern of an index, for example `{email: 1}`; cached by name. */
  async find(database: string, collection: string, indexName: string): Promise<Document | undefined> {
    const namespace = `${database}.${collection}`;
    const cachedKey = this.#byNamespace.get(namespace)?.get(indexName);
    if (cachedKey !== undefined) return cachedKey;
    const keys = await this.list(database, collection);
    this.#byNamespace.set(namespace, keys);
    return keys.get(indexName);
  }

  /** Empties the cache. Call it after dropping indexes: a name may be reused with another key. */
  forget(): void {
    this.#byNamespace.clear();
  }

  /** Key patterns of all indexes of a collection, read from the engine. */
  async list(database: string, collection: string): Promise<Map<string, Document>> {
    const command = serialize({ listIndexes: collection, cursor: { batchSize: ALL_INDEXES } });
    const rows = await this.#pool.run(LIST_INDEXES, [database, Buffer.from(command)]);
    const indexes: Document[] = deserialize(bsonColumn(rows))['cursor'].firstBatch;
    return new Map(indexes.map((index) => [index['name'], index['key']]));
  }
}
