import { deserialize, serialize, type Document } from 'bson';

import type { CommandDocument } from './command-document.ts';
import { ERROR_CODES } from './command-error.ts';
import type { GatewayParts } from './command.ts';
import { describeDuplicate, ID_INDEX, type DuplicateKey } from './duplicate-key.ts';
import { codeFromPackedState } from './engine-error.ts';

const INDEX_NAME = /Index '(.+)'/;

interface WriteBatch {
  readonly command: CommandDocument;
  /** Statements as a kind-1 section; undefined if the command itself holds them. */
  readonly list: Buffer | undefined;
  readonly listName: string;
}

/** Engine's reply with MongoDB's codes and duplicate-key details in its write errors. */
export async function withWriteErrors(
  reply: Buffer,
  batch: WriteBatch,
  parts: GatewayParts,
): Promise<Uint8Array> {
  const document = deserialize(reply, { promoteValues: false });
  const errors: Document[] = document['writeErrors'] ?? [];
  for (const error of errors) {
    error['code'] = codeFromPackedState(Number(error['code']));
    if (error['code'] !== ERROR_CODES.DuplicateKey) continue;
    Object.assign(error, await describeWriteError(error, batch, parts));
  }
  return serialize(document);
}

/** Details of a duplicate key; the engine's message names only the index. */
async function describeWriteError(
  error: Document,
  batch: WriteBatch,
  parts: GatewayParts,
): Promise<DuplicateKey> {
  const { database, collection } = batch.command;
  const indexName = INDEX_NAME.exec(String(error['errmsg']))?.[1];
  const key = indexName && (await parts.indexKeys.find(database, collection, indexName));
  const index: [string, Document] = indexName && key ? [indexName, key] : ID_INDEX;
  return describeDuplicate(
    `${database}.${collection}`,
    index,
    writtenDocument(batch, Number(error['index'])),
  );
}

/** Document that the failed statement would have written, as far as it is known: not for update pipelines. */
function writtenDocument(batch: WriteBatch, index: number): Document {
  const statement = statementAt(batch, index);
  if (batch.listName === 'documents') return statement;
  const { q, u } = statement;
  if (typeof u !== 'object' || Array.isArray(u)) return { ...q };
  return { ...q, ...u, ...u.$setOnInsert, ...u.$set };
}

function statementAt(batch: WriteBatch, index: number): Document {
  if (batch.list === undefined) {
    const list = batch.command.document(batch.listName);
    return list === undefined ? {} : deserialize(list, { promoteValues: false })[index];
  }
  let at = 0;
  for (let skipped = 0; skipped < index; skipped += 1) at += batch.list.readInt32LE(at);
  const size = batch.list.readInt32LE(at);
  return deserialize(batch.list.subarray(at, at + size), { promoteValues: false });
}
