import mongoose, { type Connection } from 'mongoose';

export interface MongoOptions {
  uri: string;
  /** Database name when it is not the one in the URI. */
  dbName?: string;
  maxPoolSize: number;
  /** How long an operation may look for a server before it fails. */
  serverSelectionTimeoutMs: number;
  /** How long one command may take on the wire: a hung database must not hang its callers. */
  socketTimeoutMs: number;
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
        ...(options.dbName === undefined ? {} : { dbName: options.dbName }),
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
    } catch {
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

/** Resolves to the latency in milliseconds; rejects when the database does not answer. */
export async function pingMongo(connection: Connection): Promise<number> {
  const startedAt = performance.now();
  if (connection.readyState !== mongoose.ConnectionStates.connected || !connection.db) {
    throw new Error('not connected to MongoDB');
  }
  await connection.db.command({ ping: 1 });
  return performance.now() - startedAt;
}
