import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { findFreePort } from '../free-port.ts';
import { storesDocuments } from '../mongodb-probe.ts';
import { waitUntilReady } from '../readiness.ts';
import { dieWithParent, ServerProcess } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log, RunningService, ServiceControl } from '../service.ts';

const MAX_PORT_RETRIES = 5;

/** A mongod of this process, standalone, on loopback, with a persistent data directory. */
class MongodServer implements ServiceControl {
  readonly #binary: string;
  readonly #dir: string;
  #port = 0;
  #server: ServerProcess | undefined;

  constructor(binary: string, dir: string) {
    this.#binary = binary;
    this.#dir = dir;
    mkdirSync(join(dir, 'db'), { recursive: true });
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    for (let retries = 0; ; retries += 1) {
      this.#port = await findFreePort();
      try {
        return await this.#launch();
      } catch (error) {
        const isPortTaken = String(this.#server?.logTail()).includes('Address already in use');
        if (!isPortTaken || retries === MAX_PORT_RETRIES) throw error;
      }
    }
  }

  async kill(): Promise<void> {
    await this.#server?.kill();
  }

  async restart(): Promise<void> {
    await this.close();
    await this.#launch();
  }

  pause(): void {
    this.#server?.signal('SIGSTOP');
  }

  resume(): void {
    this.#server?.signal('SIGCONT');
  }

  async close(): Promise<void> {
    const server = this.#server;
    // A frozen server would not hear SIGTERM.
    server?.signal('SIGCONT');
    await server?.stop(() => server.signal('SIGTERM'));
  }

  async #launch(): Promise<void> {
    const settings = [
      '--dbpath',
      join(this.#dir, 'db'),
      '--port',
      String(this.#port),
      '--bind_ip',
      '127.0.0.1',
    ];
    const server = new ServerProcess(
      dieWithParent([this.#binary, ...settings]),
      join(this.#dir, 'mongod.log'),
    );
    this.#server = server;
    await waitUntilReady('mongod', server, () => storesDocuments(this.#port));
  }
}

/** Starts a mongod with its data in `dir`. */
export async function startMongod(binary: string, dir: string, log: Log): Promise<RunningService> {
  const server = new MongodServer(binary, dir);
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw new LocalServiceError(`mongod does not start: ${String(error)}`, { cause: error });
  }
  const url = `mongodb://127.0.0.1:${server.port}/mcp_server?directConnection=true`;
  log(`MongoDB is ready at ${url}`);
  return { url, description: `${binary}, files in ${dir}`, control: server, close: () => server.close() };
}
