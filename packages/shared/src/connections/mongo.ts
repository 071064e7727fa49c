import mongoose, { type Connection } from 'mongoose';

import { databaseOptions } from './mongodb-database.ts';
import { mongodbAnswersWithoutTls } from './plain-answer.ts';
import type { StoreContact } from './store-contact.ts';

export interface MongoOptions {
  uri: string;
  /** Database name when it is not the one in the URI. */
  dbName?: string;
  maxPoolSize: number;
  /** How long an operation may look for a server before it fails. */
  serverSelectionTimeoutMs: number;
  /** How long one command may take on the wire: a hung database must not hang its callers. */
  socketTimeoutMs: number;
  /** Hears of every contact and every failure. */
  contact?: Pick<StoreContact, 'succeeded' | 'failed' | 'refuse'>;
}

export interface Mongo {
  readonly connection: Connection;
  close(): Promise<void>;
}

/** A process gets its full load right after its start; connecting two at a time would be too slow. */
const WARM_CONNECTIONS = 10;
const CONNECTING_AT_ONCE = 8;
/** Waiting for a free connection does not mean that the database is away. */
const WAIT_QUEUE_EXTRA_MS = 1_500;
/**
 * A firewall forgets quiet connections, and the pool hands out its idle ones one after the other: each of them would cost
 * a caller its full timeout. So none gets old. Connections in use are found by `socketTimeoutMs`; if the monitor's own
 * goes silent too, the driver replaces all of them at once.
 */
const MAX_IDLE_MS = 7_500;
/** Pause between tries of the first connect; the driver makes later reconnects. */
const CONNECT_RETRY_MS = 500;
/** Types of servers that take writes, in the driver's words. */
const WRITABLE = new Set<string>(['Standalone', 'RSPrimary', 'Mongos', 'LoadBalanced']);
/** Collection that every process writes. */
const EXECUTIONS = 'pluginexecutions';

/**
 * Opens a connection without waiting for the server: a process starts while the database is away, and its readiness
 * reports it. Nothing is buffered: a command fails at once when there is no server.
 */
export function createMongo(options: MongoOptions): Mongo {
  const connection = mongoose.createConnection();
  connection.set('bufferCommands', false);
  connection.set('autoIndex', false);
  connection.set('autoCreate', false);
  // Without a listener a failed first connect would be an unhandled 'error' event.
  connection.on('error', () => undefined);
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;

  const connect = async (): Promise<void> => {
    try {
      await connection.openUri(options.uri, {
        ...databaseOptions(options.uri),
        ...(options.dbName === undefined ? {} : { dbName: options.dbName }),
        // Before the first connect mongoose buffers nevertheless, for 10 s by default.
        ...bufferOptions(options),
        maxPoolSize: options.maxPoolSize,
        minPoolSize: Math.min(WARM_CONNECTIONS, options.maxPoolSize),
        maxConnecting: CONNECTING_AT_ONCE,
        serverSelectionTimeoutMS: options.serverSelectionTimeoutMs,
        connectTimeoutMS: options.serverSelectionTimeoutMs,
        socketTimeoutMS: options.socketTimeoutMs,
        maxIdleTimeMS: MAX_IDLE_MS,
        waitQueueTimeoutMS: options.serverSelectionTimeoutMs + WAIT_QUEUE_EXTRA_MS,
        heartbeatFrequencyMS: 1_000,
        // Set one by one, so that they win over `w` and `journal` in the URI, which could weaken the write concern.
        w: 'majority',
        journal: true,
      });
      if (options.contact) await firstContact(connection, options.contact);
    } catch (error) {
      await reportFailure(options, error);
      if (!isClosed) timer = setTimeout(() => void connect(), CONNECT_RETRY_MS);
    }
  };
  let connecting = connect();

  return {
    connection,
    async close() {
      isClosed = true;
      clearTimeout(timer);
      await connecting;
      await connection.close(true);
    },
  };
}

/** mongoose's types leave this option out. */
const bufferOptions = ({ serverSelectionTimeoutMs }: MongoOptions): object => ({
  bufferTimeoutMS: serverSelectionTimeoutMs,
});

/** Reports a failed connect. A server without TLS just closes the connection, so it is asked whether it is one. */
async function reportFailure({ uri, contact }: MongoOptions, error: unknown): Promise<void> {
  if (contact === undefined) return;
  const address = addressWithTls(uri);
  if (address !== undefined && (await mongodbAnswersWithoutTls(address)))
    contact.refuse('the server does not speak TLS; remove the option tls');
  contact.failed(error);
}

/** First address of a connection string that asks for TLS; undefined if it does not, or if its addresses come from DNS. */
function addressWithTls(uri: string): string | undefined {
  const options = new URLSearchParams(uri.split('?')[1]?.toLowerCase());
  if (options.get('tls') !== 'true' && options.get('ssl') !== 'true') return undefined;
  return /^mongodb:\/\/(?:[^@/]*@)?(?<address>[^,/?]+)/.exec(uri)?.groups?.['address'];
}

/** Checks the rights; from then on the driver's heartbeats and connections tell of outages. @throws what the check throws */
async function firstContact(
  connection: Connection,
  contact: NonNullable<MongoOptions['contact']>,
): Promise<void> {
  await probeMongo(connection);
  contact.succeeded();
  const client = connection.getClient();
  let isAway = false;
  client.on('topologyDescriptionChanged', ({ newDescription }) => {
    isAway = ![...newDescription.servers.values()].some(({ type }) => WRITABLE.has(type));
  });
  client.on('serverHeartbeatFailed', ({ failure }) => {
    // One member of a replica set that is down does not mean an outage.
    if (isAway) contact.failed(failure);
  });
  client.on('connectionCheckOutFailed', (event) => {
    // The driver's types leave it out.
    const { error } = event as { error?: Error };
    if (error) contact.failed(error);
  });
  client.on('connectionCheckedOut', () => contact.succeeded());
}

/** Resolves to the latency in milliseconds; rejects when the database does not answer. */
export async function pingMongo(connection: Connection): Promise<number> {
  const startedAt = performance.now();
  if (connection.readyState !== mongoose.ConnectionStates.connected || !connection.db) {
    throw new Error('not connected to MongoDB');
  }
  await connection.db.command({ ping: 1 });
  return performance.now() - startedAt;
}

/** Like `pingMongo`, with a write that matches nothing: a user without rights and a server that only reads fail here. */
export async function probeMongo(connection: Connection): Promise<number> {
  const startedAt = performance.now();
  if (connection.readyState !== mongoose.ConnectionStates.connected || !connection.db) {
    throw new Error('not connected to MongoDB');
  }
  const executions = connection.db.collection<{ _id: string }>(EXECUTIONS);
  await executions.updateOne({ _id: 'probe' }, { $set: { probe: true } });
  return performance.now() - startedAt;
}
