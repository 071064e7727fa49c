import { serialize } from 'bson';

import { CommandError } from '../command-error.ts';
import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import { isLostCreateRace } from '../engine-error.ts';
import { bsonColumn } from '../engine-reply.ts';
import type { Statement } from '../statement.ts';

const COMMAND = '::bytea::documentdb_core.bson';

const CREATE: Statement = {
  name: 'create',
  text: `SELECT documentdb_api.create_collection_view($1, $2${COMMAND})::bytea`,
};
const DROP: Statement = { name: 'drop', text: 'SELECT documentdb_api.drop_collection($1, $2)' };
const DROP_DATABASE: Statement = {
  name: 'drop_database',
  text: 'SELECT documentdb_api.drop_database($1)::text',
};
const RENAME: Statement = {
  name: 'rename',
  text: 'SELECT documentdb_api.rename_collection($1, $2, $3, $4)::text',
};
const LIST_DATABASES: Statement = {
  name: 'list_databases',
  text: `SELECT documentdb_api.list_databases($1${COMMAND})::bytea`,
};
const COLL_MOD: Statement = {
  name: 'coll_mod',
  text: `SELECT documentdb_api.coll_mod($1, $2, $3${COMMAND})::bytea`,
};
const COLL_STATS: Statement = {
  name: 'coll_stats',
  text: 'SELECT documentdb_api.coll_stats($1, $2, $3)::bytea',
};
const DB_STATS: Statement = { name: 'db_stats', text: 'SELECT documentdb_api.db_stats($1, $2)::bytea' };

const OK = serialize({ ok: 1 });
const MAX_RACE_RETRIES = 10;

async function create({ command }: CommandRequest, { pool }: GatewayParts): Promise<Uint8Array> {
  for (let retries = 0; ; retries += 1) {
    try {
      return bsonColumn(await pool.run(CREATE, [command.database, command.bytes]));
    } catch (error) {
      if (!isLostCreateRace(error) || retries === MAX_RACE_RETRIES) throw error;
    }
  }
}

/** Drops a collection. Succeeds if it does not exist, as in MongoDB 7. */
async function drop({ command }: CommandRequest, { pool, indexKeys }: GatewayParts): Promise<Uint8Array> {
  await pool.run(DROP, [command.database, command.collection]);
  indexKeys.forget();
  return serialize({ ns: `${command.database}.${command.collection}`, ok: 1 });
}

async function dropDatabase(
  { command }: CommandRequest,
  { pool, indexKeys }: GatewayParts,
): Promise<Uint8Array> {
  await pool.run(DROP_DATABASE, [command.database]);
  indexKeys.forget();
  return serialize({ dropped: command.database, ok: 1 });
}

async function renameCollection(
  { command }: CommandRequest,
  { pool, indexKeys }: GatewayParts,
): Promise<Uint8Array> {
  const [sourceDatabase, source] = splitNamespace(command.collection);
  const [targetDatabase, target] = splitNamespace(command.requiredString('to'));
  if (sourceDatabase !== targetDatabase) {
    throw new CommandError('CommandNotSupported', 'a collection cannot be renamed into another database');
  }
  await pool.run(RENAME, [sourceDatabase, source, target, command.boolean('dropTarget')]);
  indexKeys.forget();
  return OK;
}

function splitNamespace(namespace: string): [string, string] {
  const dot = namespace.indexOf('.');
  if (dot < 1) throw new CommandError('InvalidNamespace', `Invalid namespace specified '${namespace}'`);
  return [namespace.slice(0, dot), namespace.slice(dot + 1)];
}

function scaleOf({ command }: CommandRequest): number {
  return Number(command.int64('scale') ?? 1n);
}

export const collectionCommands: CommandHandlers = {
  create,
  drop,
  dropDatabase,
  renameCollection,
  listDatabases: async ({ command }, { pool }) => bsonColumn(await pool.run(LIST_DATABASES, [command.bytes])),
  collMod: async ({ command }, { pool }) =>
    bsonColumn(await pool.run(COLL_MOD, [command.database, command.collection, command.bytes])),
  collStats: async (request, { pool }) =>
    bsonColumn(
      await pool.run(COLL_STATS, [request.command.database, request.command.collection, scaleOf(request)]),
    ),
  dbStats: async (request, { pool }) =>
    bsonColumn(await pool.run(DB_STATS, [request.command.database, scaleOf(request)])),
};
