import { deserialize, serialize, type Document } from 'bson';

import { bsonColumn } from './engine-reply.ts';
import type { SqlPool } from './sql-pool.ts';

const LIST_INDEXES = {
  name: 'index_keys',
  text: 'SELECT cursorpage::bytea FROM documentdb_api.list_indexes_cursor_first_page($1, $2::bytea::documentdb_core.bson)',
} as const;

/** More than the engine allows in a collection, so that one page holds them all. */
const ALL_INDEXES = 1_000;

/** The key patterns of indexes by name, which the engine's duplicate-key errors leave out. */
export class IndexKeys {
  readonly #pool: SqlPool;
  readonly #byNamespace = new Map<string, Map<string, Document>>();

  constructor(pool: SqlPool) {
    this.#pool = pool;
  }

  /** The key of an index, for example `{email: 1}`; read again when the name is unknown here. */
  async find(database: string, collection: string, indexName: string): Promise<Document | undefined> {
    const namespace = `${database}.${collection}`;
    const known = this.#byNamespace.get(namespace)?.get(indexName);
    if (known !== undefined) return known;
    const keys = await this.list(database, collection);
    this.#byNamespace.set(namespace, keys);
    return keys.get(indexName);
  }

  /** Called when indexes may have gone: a name can come back with another key. */
  forget(): void {
    this.#byNamespace.clear();
  }

  /** All indexes of a collection, read anew. */
  async list(database: string, collection: string): Promise<Map<string, Document>> {
    const command = serialize({ listIndexes: collection, cursor: { batchSize: ALL_INDEXES } });
    const rows = await this.#pool.run(LIST_INDEXES, [database, Buffer.from(command)]);
    const indexes: Document[] = deserialize(bsonColumn(rows))['cursor'].firstBatch;
    return new Map(indexes.map((index) => [index['name'], index['key']]));
  }
}
