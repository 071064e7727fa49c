import { deserialize, type Document } from 'bson';

import { CommandError, ERROR_CODES } from './command-error.ts';
import type { IndexKeys } from './index-keys.ts';

/** MongoDB's description of a duplicate: what drivers and mongoose read field by field. */
export interface DuplicateKey {
  readonly code: number;
  readonly errmsg: string;
  readonly keyPattern: Document;
  readonly keyValue: Document;
}

const INDEX_NAME = /Index '(.+)'/;
/** PostgreSQL's detail of a unique or exclusion constraint begins with the new row's key, the document among it. */
const KEY_DOCUMENT = /=\(BSONHEX([0-9a-f]+)/;
const UNIQUE_FIELDS = /BSONHEX([0-9a-f]+)'::documentdb_core\.bson/;

export class DuplicateKeys {
  readonly #indexKeys: IndexKeys;

  constructor(indexKeys: IndexKeys) {
    this.#indexKeys = indexKeys;
  }

  /** From a write error of the engine, which names the index, and the document that was to be written. */
  async fromWriteError(
    database: string,
    collection: string,
    engineMessage: string,
    written: Document,
  ): Promise<DuplicateKey> {
    const indexName = INDEX_NAME.exec(engineMessage)?.[1] ?? '_id_';
    const keyPattern = (await this.#indexKeys.find(database, collection, indexName)) ?? { _id: 1 };
    return describe(`${database}.${collection}`, indexName, keyPattern, written);
  }

  /** From an SQL error of findAndModify or createIndexes: its detail carries the document, or the `_id`. */
  async fromSqlError(database: string, collection: string, cause: unknown): Promise<CommandError> {
    const detail = constraintDetail(cause);
    const documentHex = KEY_DOCUMENT.exec(detail)?.[1];
    const fieldsHex = UNIQUE_FIELDS.exec(detail)?.[1];
    const written = documentHex === undefined ? {} : decodeHex(documentHex);
    const fields = fieldsHex === undefined ? ['_id'] : Object.keys(decodeHex(fieldsHex));
    const [indexName, keyPattern] = await this.#findByFields(database, collection, fields);
    // The built-in index stores the bare _id in a document with an empty field name.
    const document = fieldsHex === undefined && '' in written ? { _id: written[''] } : written;
    const { errmsg, ...details } = describe(`${database}.${collection}`, indexName, keyPattern, document);
    return new CommandError('DuplicateKey', errmsg, { details, cause });
  }

  async #findByFields(database: string, collection: string, fields: string[]): Promise<[string, Document]> {
    const wanted = fields.join('\0');
    for (const [name, key] of await this.#indexKeys.list(database, collection)) {
      if (Object.keys(key).join('\0') === wanted) return [name, key];
    }
    return ['_id_', { _id: 1 }];
  }
}

function constraintDetail(error: unknown): string {
  return error instanceof Error && 'detail' in error && typeof error.detail === 'string' ? error.detail : '';
}

function describe(namespace: string, indexName: string, keyPattern: Document, written: Document): DuplicateKey {
  const keyValue: Document = {};
  for (const path of Object.keys(keyPattern)) keyValue[path] = valueAt(written, path) ?? null;
  const shown = Object.entries(keyValue).map(([path, value]) => `${path}: ${JSON.stringify(value)}`);
  const errmsg = `E11000 duplicate key error collection: ${namespace} index: ${indexName} dup key: { ${shown.join(', ')} }`;
  return { code: ERROR_CODES.DuplicateKey, errmsg, keyPattern, keyValue };
}

function valueAt(document: Document, path: string): unknown {
  if (path in document) return document[path];
  let value: unknown = document;
  for (const part of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Document)[part];
  }
  return value;
}

function decodeHex(hex: string): Document {
  return deserialize(Buffer.from(hex, 'hex'), { promoteValues: false });
}
