import { CommandError } from '../command-error.ts';
import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import { duplicateKeyError } from '../duplicate-key.ts';
import { toCommandError } from '../engine-error.ts';
import { bsonColumn, bsonTextColumn } from '../engine-reply.ts';
import type { Statement } from '../statement.ts';
import { withWriteErrors } from '../write-errors.ts';

/** MongoDB's internal limit of a document: 16 KB above what a client may store. */
const MAX_INTERNAL_DOCUMENT_BYTES = 16 * 1024 * 1024 + 16 * 1024;

const COMMAND = '$2::bytea::documentdb_core.bson';

const SEQUENCE = '$3::bytea::documentdb_core.bsonsequence';

interface BatchKind {
  readonly listName: string;
  /** Function that runs all statements in one transaction. */
  readonly whole: Statement;
  /** Procedure that commits as it goes, so that long batches in different orders do not block each other. */
  readonly inParts?: Statement;
}

function batchKind(verb: 'insert' | 'update' | 'delete', listName: string): BatchKind {
  const text = `SELECT p_result::bytea, p_success FROM documentdb_api.${verb}($1, ${COMMAND}, ${SEQUENCE})`;
  const whole = { name: verb, text };
  if (verb === 'delete') return { listName, whole };
  const call = `CALL documentdb_api.${verb}_bulk($1, ${COMMAND}, ${SEQUENCE}, NULL, NULL, NULL)`;
  return { listName, whole, inParts: { name: `${verb}_bulk`, text: call, commitsInParts: true } };
}

const FIND_AND_MODIFY: Statement = {
  name: 'find_and_modify',
  text: `SELECT p_result::bytea FROM documentdb_api.find_and_modify($1, ${COMMAND})`,
};

/** Handler of `insert`, `update` or `delete`, which differ in their function and in the name of their list. */
function batchHandler({ listName, whole, inParts }: BatchKind) {
  return async ({ command, sequences }: CommandRequest, parts: GatewayParts): Promise<Uint8Array> => {
    const list = sequences.get(listName);
    if ((list ?? command.bytes).length > MAX_INTERNAL_DOCUMENT_BYTES) {
      refuseOversized(list === undefined ? command.documentSizes(listName) : sequenceSizes(list));
    }
    // The procedures take the statements only as a section, not from the command.
    const isLong = list !== undefined && list.readInt32LE(0) < list.length;
    const procedure = isLong ? inParts : undefined;
    const rows = await parts.pool.run(procedure ?? whole, [command.database, command.bytes, list ?? null]);
    const reply = procedure === undefined ? bsonColumn(rows) : bsonTextColumn(rows);
    const isClean = rows[0]?.[1] === true;
    return isClean ? reply : withWriteErrors(reply, { command, list, listName }, parts);
  };
}

/** Rejects documents over the internal limit; the engine itself rejects those between the two limits. */
function refuseOversized(sizes: Iterable<number>): void {
  for (const size of sizes) {
    if (size <= MAX_INTERNAL_DOCUMENT_BYTES) continue;
    const message = `BSONObj size: ${size} is invalid. Size must be between 0 and ${MAX_INTERNAL_DOCUMENT_BYTES}(16MB)`;
    throw new CommandError('BSONObjectTooLarge', message);
  }
}

function* sequenceSizes(list: Buffer): Generator<number> {
  for (let at = 0; at < list.length; at += list.readInt32LE(at)) yield list.readInt32LE(at);
}

async function findAndModify(
  { command }: CommandRequest,
  { pool, indexKeys }: GatewayParts,
): Promise<Uint8Array> {
  try {
    return bsonColumn(await pool.run(FIND_AND_MODIFY, [command.database, command.bytes]));
  } catch (error) {
    const failure = toCommandError(error);
    if (failure.codeName !== 'DuplicateKey') throw error;
    const { database, collection } = command;
    throw duplicateKeyError(`${database}.${collection}`, error, await indexKeys.list(database, collection));
  }
}

export const writeCommands: CommandHandlers = {
  insert: batchHandler(batchKind('insert', 'documents')),
  update: batchHandler(batchKind('update', 'updates')),
  delete: batchHandler(batchKind('delete', 'deletes')),
  findAndModify,
  findandmodify: findAndModify,
};
