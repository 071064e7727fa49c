import { setUpEngine } from './engine-setup.ts';
import { GatewayServer } from './gateway-server.ts';
import { SqlPool } from './sql-pool.ts';

export const DEFAULT_HOST = '127.0.0.1';
/** MongoDB's own port. */
export const DEFAULT_PORT = 27_017;
/** Two cores keep about this many PostgreSQL sessions busy; more only add memory and context switches. */
export const DEFAULT_MAX_SESSIONS = 24;

export interface GatewayOptions {
  /** Connection string of PostgreSQL; what it leaves out comes from libpq's variables (PGHOST, PGUSER, …). */
  readonly postgresUrl?: string | undefined;
  /** Address to listen on. Default: 127.0.0.1. */
  readonly host?: string;
  /** Port to listen on; 0 takes a free one. Default: 27017. */
  readonly port?: number;
  /** Upper bound of PostgreSQL sessions. Default: 24. */
  readonly maxSessions?: number;
}

export interface Gateway {
  /** Connection string for MongoDB drivers. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Waits up to a minute for PostgreSQL, installs the DocumentDB extension where it is missing, and listens.
 * @throws {Error} if PostgreSQL is not reachable, lacks the extension's package, or the address is taken.
 */
export async function startGateway(options: GatewayOptions = {}): Promise<Gateway> {
  const { postgresUrl, host = DEFAULT_HOST, maxSessions = DEFAULT_MAX_SESSIONS } = options;
  const pool = new SqlPool({ url: postgresUrl, maxSessions });
  const server = new GatewayServer(pool);
  try {
    await setUpEngine(pool);
    const port = await server.listen(options.port ?? DEFAULT_PORT, host);
    const url = `mongodb://${host.includes(':') ? `[${host}]` : host}:${port}/?directConnection=true`;
    return { url, port, close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}
