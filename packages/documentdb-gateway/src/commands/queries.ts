import { Long, serialize } from 'bson';

import { CommandError } from '../command-error.ts';
import type { CommandHandlers, CommandRequest, GatewayParts } from '../command.ts';
import { closeCursor } from '../cursor-close.ts';
import { bsonColumn, optionalBsonColumn } from '../engine-reply.ts';
import type { Statement } from '../statement.ts';

const COMMAND = '$2::bytea::documentdb_core.bson';

function firstPageStatement(verb: 'find' | 'aggregate' | 'list_collections' | 'list_indexes'): Statement {
  const columns = 'cursorpage::bytea, continuation::bytea, cursorid';
  return {
    name: verb,
    text: `SELECT ${columns} FROM documentdb_api.${verb}_cursor_first_page($1, ${COMMAND})`,
  };
}

const GET_MORE: Statement = {
  name: 'get_more',
  text: `SELECT cursorpage::bytea, continuation::bytea FROM documentdb_api.cursor_get_more($1, ${COMMAND}, $3::bytea::documentdb_core.bson)`,
};

function singleDocumentHandler(verb: 'count' | 'distinct') {
  const text = `SELECT document::bytea FROM documentdb_api.${verb}_query($1, ${COMMAND})`;
  return async ({ command }: CommandRequest, { pool }: GatewayParts): Promise<Uint8Array> =>
    bsonColumn(await pool.run({ name: verb, text }, [command.database, command.bytes]));
}

/** Handler of a command that answers with a cursor; `namespaceOf` returns the namespace under which its pages are fetched. */
function cursorHandler(statement: Statement, namespaceOf: (request: CommandRequest) => string) {
  return async (request: CommandRequest, { pool, cursors }: GatewayParts): Promise<Uint8Array> => {
    const { command } = request;
    const rows = await pool.run(statement, [command.database, command.bytes]);
    const continuation = optionalBsonColumn(rows, 1);
    if (continuation !== undefined) {
      cursors.add({
        id: BigInt(String(rows[0]?.[2])),
        namespace: namespaceOf(request),
        continuation,
      });
    }
    return bsonColumn(rows);
  };
}

const collectionNamespace = ({ command }: CommandRequest): string =>
  `${command.database}.${command.collection}`;

/** Namespace of an aggregation; `aggregate: 1` runs on the whole database. */
function aggregateNamespace({ command }: CommandRequest): string {
  return `${command.database}.${command.string('aggregate') ?? '$cmd.aggregate'}`;
}

async function getMore({ command }: CommandRequest, { pool, cursors }: GatewayParts): Promise<Uint8Array> {
  const id = command.int64('getMore');
  if (id === undefined)
    throw new CommandError('TypeMismatch', "BSON field 'getMore.getMore' is not a cursor id");
  const namespace = `${command.database}.${command.requiredString('collection')}`;
  const cursor = cursors.checkOut(id, namespace);
  try {
    const rows = await pool.run(GET_MORE, [command.database, command.bytes, cursor.continuation]);
    const continuation = optionalBsonColumn(rows, 1);
    if (continuation === undefined) cursors.remove(id, namespace);
    else cursor.continuation = continuation;
    return bsonColumn(rows);
  } catch (error) {
    // The engine's state is unknown after a failed page; MongoDB kills the cursor too.
    cursors.remove(id, namespace);
    throw error;
  } finally {
    cursors.checkIn(cursor);
  }
}

function killCursors({ command }: CommandRequest, { pool, cursors }: GatewayParts): Uint8Array {
  const namespace = `${command.database}.${command.collection}`;
  const cursorsKilled: Long[] = [];
  const cursorsNotFound: Long[] = [];
  for (const id of command.int64List('cursors')) {
    const cursor = cursors.remove(id, namespace);
    (cursor === undefined ? cursorsNotFound : cursorsKilled).push(Long.fromBigInt(id));
    if (cursor !== undefined) closeCursor(cursor, pool);
  }
  return serialize({ cursorsKilled, cursorsNotFound, cursorsAlive: [], cursorsUnknown: [], ok: 1 });
}

export const queryCommands: CommandHandlers = {
  find: cursorHandler(firstPageStatement('find'), collectionNamespace),
  aggregate: cursorHandler(firstPageStatement('aggregate'), aggregateNamespace),
  listCollections: cursorHandler(
    firstPageStatement('list_collections'),
    ({ command }) => `${command.database}.$cmd.listCollections`,
  ),
  listIndexes: cursorHandler(firstPageStatement('list_indexes'), collectionNamespace),
  getMore,
  killCursors,
  count: singleDocumentHandler('count'),
  distinct: singleDocumentHandler('distinct'),
};
