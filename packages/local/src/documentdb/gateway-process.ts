import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { dieWithParent, ServerProcess } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';

/** The socket in the working directory: a socket's path is limited to 107 bytes, that of a data directory is not. */
const POSTGRES_URL = 'postgres://postgres@%2Fproc%2Fself%2Fcwd:5432/postgres';

/** The process that speaks MongoDB's protocol in front of PostgreSQL; keeps its port over restarts. */
export class GatewayProcess {
  readonly #socketDir: string;
  readonly #logPath: string;
  #port = 0;
  #server: ServerProcess | undefined;

  constructor(socketDir: string, logDir: string) {
    this.#socketDir = socketDir;
    this.#logPath = join(logDir, 'gateway.log');
  }

  get port(): number {
    return this.#port;
  }

  /** Resolves when the gateway listens, which it does once PostgreSQL answers. `isEngineAlive` cuts the wait short. */
  async start(engineEnded: Promise<string>): Promise<void> {
    const options = { hasChannel: true, cwd: this.#socketDir };
    const server = new ServerProcess(dieWithParent(this.#command()), this.#logPath, options);
    this.#server = server;
    const listening = new Promise<number>((resolve) => {
      server.onMessage((message) => resolve((message as { port: number }).port));
    });
    const failure = Promise.race([
      engineEnded.then((reason) => `PostgreSQL ended while it started:\n${reason}`),
      server.exited.then(() => `the MongoDB gateway ended while it started:\n${server.logTail()}`),
    ]);
    const result = await Promise.race([listening, failure]);
    if (typeof result === 'string') throw new LocalServiceError(result);
    this.#port = result;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    // A frozen process would not hear SIGTERM.
    server?.signal('SIGCONT');
    await server?.stop(() => server.signal('SIGTERM'));
  }

  signal(signal: NodeJS.Signals): void {
    this.#server?.signal(signal);
  }

  #command(): string[] {
    const main = fileURLToPath(import.meta.resolve('@mcp-server/documentdb-gateway/main'));
    return [process.execPath, main, '--postgres', POSTGRES_URL, '--port', String(this.#port)];
  }
}
