import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LoopbackServer } from '../loopback-server.ts';
import { storesDocuments } from '../mongodb-probe.ts';
import { LocalServiceError } from '../service-error.ts';
import type { PostgresServer } from './postgres-server.ts';

const MAIN = fileURLToPath(import.meta.resolve('@mcp-server/documentdb-gateway/main'));
/** PostgreSQL's socket in the working directory: the path of a socket is limited to 107 bytes, a data directory's is not. */
const POSTGRES_URL = 'postgres://postgres@%2Fproc%2Fself%2Fcwd:5432/postgres';

/** Starts the gateway of a PostgreSQL. @throws {LocalServiceError} as soon as PostgreSQL ends. */
export function startGateway(postgres: PostgresServer, logDir: string): Promise<LoopbackServer> {
  return LoopbackServer.start({
    name: 'the MongoDB gateway',
    logPath: join(logDir, 'gateway.log'),
    command: (port) => [process.execPath, MAIN, '--postgres', POSTGRES_URL, '--port', String(port)],
    isReady: (port) => {
      if (postgres.isRunning) return storesDocuments(port);
      throw new LocalServiceError(`PostgreSQL ended during its start:\n${postgres.logTail()}`);
    },
    cwd: postgres.socketDir,
  });
}
