import { parseArgs } from 'node:util';

import { DEFAULT_HOST, DEFAULT_MAX_SESSIONS, DEFAULT_PORT, type GatewayOptions } from './start-gateway.ts';

export const USAGE = `Usage: documentdb-gateway [options]

Speaks MongoDB's wire protocol in front of PostgreSQL with the DocumentDB extension.

  --postgres URL    PostgreSQL to use; default: libpq's variables (PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE)
  --host ADDRESS    address to listen on (default ${DEFAULT_HOST}); clients are not authenticated
  --port PORT       port to listen on, 0 for a free one (default ${DEFAULT_PORT})
  --sessions N      upper bound of PostgreSQL sessions (default ${DEFAULT_MAX_SESSIONS})
  --help            print this text
  --version         print the version
`;

/** The command line is wrong; the message says how. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

const OPTIONS = {
  postgres: { type: 'string' },
  host: { type: 'string', default: DEFAULT_HOST },
  port: { type: 'string', default: String(DEFAULT_PORT) },
  sessions: { type: 'string', default: String(DEFAULT_MAX_SESSIONS) },
  help: { type: 'boolean', default: false },
  version: { type: 'boolean', default: false },
} as const;

/** Options of the command line, or what to print instead of starting. @throws {UsageError} on wrong options. */
export function parseArguments(argv: readonly string[]): GatewayOptions | 'help' | 'version' {
  const values = parse(argv);
  if (values.help) return 'help';
  if (values.version) return 'version';
  return {
    postgresUrl: values.postgres,
    host: values.host,
    port: toInteger('--port', values.port, 0, 65_535),
    maxSessions: toInteger('--sessions', values.sessions, 1, 1_000),
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function toInteger(option: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= min && value <= max) return value;
  throw new UsageError(`${option} must be an integer from ${min} to ${max}, not "${text}"`);
}
