import { deserialize, serialize, type Document } from 'bson';

import type { CommandDocument } from '../command-document.ts';
import { CommandError, ERROR_CODES } from '../command-error.ts';
import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import { duplicateKeyError, type IndexKeysByName } from '../duplicate-key.ts';
import { isLostCreateRace, toCommandError } from '../engine-error.ts';
import { bsonColumn, bsonTextColumn } from '../engine-reply.ts';
import type { Statement } from '../statement.ts';

// `create_indexes_background` answers before the index is built: a unique index would not be enforced yet.
const CREATE_INDEXES: Statement = {
  name: 'create_indexes',
  text: 'SELECT documentdb_api_internal.create_indexes_non_concurrently($1, $2::bytea::documentdb_core.bson, true)::bytea',
};

const DROP_INDEXES: Statement = {
  name: 'drop_indexes',
  text: 'CALL documentdb_api.drop_indexes($1, $2::bytea::documentdb_core.bson)',
};

/** Processes of a fleet create the same indexes when they start; the loser of a race retries. */
const MAX_RACE_RETRIES = 10;

async function createIndexes({ command }: CommandRequest, { pool }: GatewayParts): Promise<Uint8Array> {
  for (let retries = 0; ; retries += 1) {
    try {
      const reply = bsonColumn(await pool.run(CREATE_INDEXES, [command.database, command.bytes]));
      return shardReply(deserialize(reply));
    } catch (error) {
      if (isLostCreateRace(error) && retries < MAX_RACE_RETRIES) continue;
      if (toCommandError(error).codeName !== 'DuplicateKey') throw error;
      throw duplicateKeyError(`${command.database}.${command.collection}`, error, requestedIndexes(command));
    }
  }
}

function requestedIndexes(command: CommandDocument): IndexKeysByName {
  const list = command.document('indexes');
  const indexes: Document[] = list === undefined ? [] : Object.values(deserialize(list));
  return new Map(indexes.map((index) => [index['name'], index['key']]));
}

/** Unwraps the engine's answer, which has the form of a sharded cluster with one shard. */
function shardReply(reply: Document): Uint8Array {
  const shard: Document = reply['raw']?.defaultShard ?? reply;
  if (shard['ok'] === 1) return serialize(shard);
  const entry = Object.entries(ERROR_CODES).find(([, code]) => code === shard['code']);
  throw new CommandError(
    (entry?.[0] ?? 'CannotCreateIndex') as keyof typeof ERROR_CODES,
    String(shard['errmsg']),
  );
}

async function dropIndexes(
  { command }: CommandRequest,
  { pool, indexKeys }: GatewayParts,
): Promise<Uint8Array> {
  const rows = await pool.run(DROP_INDEXES, [command.database, command.bytes]);
  indexKeys.forget();
  return bsonTextColumn(rows);
}

export const indexCommands: CommandHandlers = { createIndexes, dropIndexes };
