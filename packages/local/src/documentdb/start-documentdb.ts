import { join } from 'node:path';

import { canInstallPackages } from '../debian.ts';
import { storesDocuments } from '../mongodb-probe.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log, RunningService, ServiceControl } from '../service.ts';
import { ensureChroot } from './chroot-build.ts';
import { GatewayProcess } from './gateway-process.ts';
import { PostgresServer } from './postgres-server.ts';

/** PostgreSQL and the gateway in front of it, as the one server that they look like. */
class DocumentDb implements ServiceControl {
  readonly #postgres: PostgresServer;
  readonly #gateway: GatewayProcess;

  constructor(root: string, dataDir: string, log: Log) {
    this.#postgres = new PostgresServer(root, dataDir, log);
    this.#gateway = new GatewayProcess(this.#postgres.socketDir, dataDir);
  }

  get port(): number {
    return this.#gateway.port;
  }

  async start(): Promise<void> {
    await this.#postgres.start();
    await this.#gateway.start(this.#postgres.ended);
    if (!(await storesDocuments(this.port)))
      throw new LocalServiceError('the MongoDB gateway stores no documents');
  }

  /** Kills the database. The gateway stays, and answers with errors while there is none. */
  kill(): Promise<void> {
    return this.#postgres.kill();
  }

  /** Restarts the database under the gateway; clients keep their connections. */
  async restart(): Promise<void> {
    await this.#postgres.stop();
    await this.#postgres.start();
    while (!(await storesDocuments(this.port))) {
      if (!this.#postgres.isRunning)
        throw new LocalServiceError(`PostgreSQL ended:\n${this.#postgres.logTail()}`);
    }
  }

  pause(): void {
    this.#gateway.signal('SIGSTOP');
  }

  resume(): void {
    this.#gateway.signal('SIGCONT');
  }

  async close(): Promise<void> {
    await this.#gateway.stop();
    await this.#postgres.stop();
  }
}

/** Whether this machine can run the engine: it needs a chroot, mounts and Debian's packages. */
export function canRunDocumentDb(): boolean {
  return canInstallPackages();
}

export async function startDocumentDb(dataDir: string, cacheDir: string, log: Log): Promise<RunningService> {
  const root = await ensureChroot(cacheDir, log);
  const server = new DocumentDb(root, join(dataDir, 'documentdb'), log);
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw error;
  }
  const url = `mongodb://127.0.0.1:${server.port}/mcp_server?directConnection=true`;
  log(`MongoDB (DocumentDB) is ready at ${url}`);
  const description = `DocumentDB (PostgreSQL 18) behind the MongoDB gateway, files in ${dataDir}/documentdb`;
  return { url, description, control: server, close: () => server.close() };
}
