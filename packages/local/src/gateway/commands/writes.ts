import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import { duplicateKeyError } from '../duplicate-key.ts';
import { toCommandError } from '../engine-error.ts';
import { bsonColumn } from '../engine-reply.ts';
import type { Statement } from '../sql-connection.ts';
import { withWriteErrors } from '../write-errors.ts';

const COMMAND = '$2::bytea::documentdb_core.bson';

function batchStatement(verb: 'insert' | 'update' | 'delete'): Statement {
  const text = `SELECT p_result::bytea, p_success FROM documentdb_api.${verb}($1, ${COMMAND}, $3::bytea::documentdb_core.bsonsequence)`;
  return { name: verb, text };
}

const FIND_AND_MODIFY: Statement = {
  name: 'find_and_modify',
  text: `SELECT p_result::bytea FROM documentdb_api.find_and_modify($1, ${COMMAND})`,
};

/** `insert`, `update` and `delete` differ in their function and in the name of their list. */
function batchHandler(statement: Statement, listName: string) {
  return async ({ command, sequences }: CommandRequest, parts: GatewayParts): Promise<Uint8Array> => {
    const sequence = sequences.get(listName);
    const rows = await parts.pool.run(statement, [command.database, command.bytes, sequence ?? null]);
    const reply = bsonColumn(rows);
    const isClean = rows[0]?.[1] === true;
    return isClean ? reply : withWriteErrors(reply, { command, list: sequence, listName }, parts);
  };
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
  insert: batchHandler(batchStatement('insert'), 'documents'),
  update: batchHandler(batchStatement('update'), 'updates'),
  delete: batchHandler(batchStatement('delete'), 'deletes'),
  findAndModify,
  findandmodify: findAndModify,
};
