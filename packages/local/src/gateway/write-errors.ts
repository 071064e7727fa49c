import { deserialize, serialize, type Document } from 'bson';

import type { CommandDocument } from './command-document.ts';
import { ERROR_CODES } from './command-error.ts';
import type { GatewayParts } from './command.ts';
import { codeFromPackedState } from './engine-error.ts';

interface WriteBatch {
  readonly command: CommandDocument;
  /** The statements as a kind-1 section; in the command itself when it is undefined. */
  readonly list: Buffer | undefined;
  readonly listName: string;
}

/** The engine's reply with MongoDB's codes in its write errors, and duplicates described as MongoDB describes them. */
export async function withWriteErrors(reply: Buffer, batch: WriteBatch, parts: GatewayParts): Promise<Uint8Array> {
  const document = deserialize(reply, { promoteValues: false });
  const errors: Document[] = document['writeErrors'] ?? [];
  for (const error of errors) {
    error['code'] = codeFromPackedState(Number(error['code']));
    if (error['code'] !== ERROR_CODES.DuplicateKey) continue;
    const written = writtenDocument(batch, Number(error['index']));
    const { database, collection } = batch.command;
    Object.assign(error, await parts.duplicateKeys.fromWriteError(database, collection, error['errmsg'], written));
  }
  return serialize(document);
}

/** What the failed statement was to write, as far as the statement itself tells: an update pipeline does not. */
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
