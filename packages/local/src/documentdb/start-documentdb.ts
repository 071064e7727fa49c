import { join } from 'node:path';

import { canInstallPackages } from '../debian.ts';
import type { LoopbackServer } from '../loopback-server.ts';
import { storesDocuments } from '../mongodb-probe.ts';
import { LocalServiceError } from '../service-error.ts';
import { mongodbUrl, type Log, type RunningService, type ServiceControl } from '../service.ts';
import { ensureChroot } from './chroot-build.ts';
import { PostgresServer } from './postgres-server.ts';
import { startGateway } from './start-gateway.ts';

/** Controls PostgreSQL and the gateway in front of it as one server. */
class DocumentDb implements ServiceControl {
  readonly #postgres: PostgresServer;
  readonly #gateway: LoopbackServer;

  constructor(postgres: PostgresServer, gateway: LoopbackServer) {
    this.#postgres = postgres;
    this.#gateway = gateway;
  }

  /** Kills PostgreSQL. The gateway stays up and answers with errors until the restart. */
  kill(): Promise<void> {
    return this.#postgres.kill();
  }

  /** Restarts PostgreSQL under the gateway; clients keep their connections. */
  async restart(): Promise<void> {
    await this.#postgres.stop();
    await this.#postgres.start();
    while (!(await storesDocuments(this.#gateway.port))) {
      if (!this.#postgres.isRunning)
        throw new LocalServiceError(`PostgreSQL ended:\n${this.#postgres.logTail()}`);
    }
  }

  pause(): void {
    this.#gateway.pause();
  }

  resume(): void {
    this.#gateway.resume();
  }

  async close(): Promise<void> {
    await this.#gateway.close();
    await this.#postgres.stop();
  }
}

/** Whether this machine can run the engine: it needs a chroot, mounts and Debian's packages. */
export function canRunDocumentDb(): boolean {
  return canInstallPackages();
}

/** Starts PostgreSQL with the DocumentDB extension and the gateway, with the data in `dataDir`. */
export async function startDocumentDb(dataDir: string, cacheDir: string, log: Log): Promise<RunningService> {
  const root = await ensureChroot(cacheDir, log);
  const dir = join(dataDir, 'documentdb');
  const postgres = new PostgresServer(root, dir, log);
  try {
    await postgres.start();
    const gateway = await startGateway(postgres, dir);
    const server = new DocumentDb(postgres, gateway);
    const url = mongodbUrl(gateway.port);
    log(`MongoDB (DocumentDB) is ready at ${url}`);
    const description = `DocumentDB (PostgreSQL 18) behind the MongoDB gateway, files in ${dir}`;
    return { url, description, control: server, close: () => server.close() };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
