import { deserialize, EJSON, type Document } from 'bson';

import { CommandError, ERROR_CODES } from './command-error.ts';

/** Duplicate-key error with the fields that drivers and mongoose read. */
export interface DuplicateKey {
  readonly code: number;
  readonly errmsg: string;
  readonly keyPattern: Document;
  readonly keyValue: Document;
}

/** Key patterns of indexes by name. */
export type IndexKeysByName = ReadonlyMap<string, Document>;

export const ID_INDEX: [string, Document] = ['_id_', { _id: 1 }];

/** Start of PostgreSQL's detail of a violated constraint: the new row's key, which is the document or the bare _id. */
const UNIQUE_INDEX_KEY = /=\(BSONHEX([0-9a-f]+)/;
const PRIMARY_KEY = /=\(-?\d+, BSONHEX([0-9a-f]+)/;
const UNIQUE_FIELDS = /BSONHEX([0-9a-f]+)'::documentdb_core\.bson/;

/** Describes a duplicate of `written` in an index in MongoDB's words. */
export function describeDuplicate(
  namespace: string,
  [indexName, keyPattern]: [string, Document],
  written: Document,
): DuplicateKey {
  const keyValue: Document = {};
  for (const path of Object.keys(keyPattern)) keyValue[path] = valueAt(written, path) ?? null;
  const fields = Object.entries(keyValue).map(([path, value]) => `${path}: ${show(value)}`);
  const errmsg = `E11000 duplicate key error collection: ${namespace} index: ${indexName} dup key: { ${fields.join(', ')} }`;
  return { code: ERROR_CODES.DuplicateKey, errmsg, keyPattern, keyValue };
}

/** Error for a violated constraint. PostgreSQL names only the fields of the index, so it is looked up in `indexes`. */
export function duplicateKeyError(namespace: string, cause: unknown, indexes: IndexKeysByName): CommandError {
  const detail =
    cause instanceof Error && 'detail' in cause && typeof cause.detail === 'string' ? cause.detail : '';
  const { errmsg, ...details } = describeViolation(namespace, detail, indexes);
  return new CommandError('DuplicateKey', errmsg, { details, cause });
}

function describeViolation(namespace: string, detail: string, indexes: IndexKeysByName): DuplicateKey {
  const idHex = PRIMARY_KEY.exec(detail)?.[1];
  // The engine stores an _id as a document with one field without a name.
  if (idHex !== undefined) return describeDuplicate(namespace, ID_INDEX, { _id: decodeHex(idHex)[''] });
  const writtenHex = UNIQUE_INDEX_KEY.exec(detail)?.[1];
  const fieldsHex = UNIQUE_FIELDS.exec(detail)?.[1];
  const written = writtenHex === undefined ? {} : decodeHex(writtenHex);
  const fields = fieldsHex === undefined ? '' : Object.keys(decodeHex(fieldsHex)).join();
  const index = [...indexes].find(([, key]) => Object.keys(key).join() === fields);
  return describeDuplicate(namespace, index ?? ID_INDEX, written);
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

/** Value as typed into MongoDB's shell. */
function show(value: unknown): string {
  const json = EJSON.stringify(value, { relaxed: true });
  return json.replaceAll(/\{"\$oid":"([0-9a-f]{24})"\}/g, "ObjectId('$1')");
}

function decodeHex(hex: string): Document {
  return deserialize(Buffer.from(hex, 'hex'), { promoteValues: false });
}
