import { setTimeout as delay } from 'node:timers/promises';

import { findFreePort } from './free-port.ts';
import { dieWithParent, ServerProcess } from './server-process.ts';
import { LocalServiceError } from './service-error.ts';
import type { ServiceControl } from './service.ts';

/** Upper bound for a start: crash recovery of a large data directory takes a while. */
const READY_MS = 60_000;
const READY_STEP_MS = 25;
/** Another process may take a free port before the server does. */
const MAX_PORT_RETRIES = 5;
const PORT_TAKEN = /address already in use/i;

export interface LoopbackServerOptions {
  /** Name in error messages. */
  readonly name: string;
  readonly logPath: string;
  readonly command: (port: number) => readonly string[];
  /** Whether the server answers a real command; called until it does. */
  readonly isReady: (port: number) => Promise<boolean>;
  /** Working directory; default: that of this process. */
  readonly cwd?: string;
}

/** Server started by this process on a free loopback port, which it keeps over restarts. */
export class LoopbackServer implements ServiceControl {
  readonly #options: LoopbackServerOptions;
  #port = 0;
  #server: ServerProcess | undefined;

  private constructor(options: LoopbackServerOptions) {
    this.#options = options;
  }

  /** Resolves when the server answers. @throws {LocalServiceError} with the end of its log if it does not. */
  static async start(options: LoopbackServerOptions): Promise<LoopbackServer> {
    const server = new LoopbackServer(options);
    try {
      await server.#startOnFreePort();
      return server;
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
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
    await this.#server?.stop();
  }

  async #startOnFreePort(): Promise<void> {
    for (let retries = 0; ; retries += 1) {
      this.#port = await findFreePort();
      try {
        return await this.#launch();
      } catch (error) {
        const isPortTaken = PORT_TAKEN.test(this.#server?.logTail() ?? '');
        if (!isPortTaken || retries === MAX_PORT_RETRIES) throw error;
      }
    }
  }

  async #launch(): Promise<void> {
    const { name, logPath, command, isReady, cwd = process.cwd() } = this.#options;
    const server = new ServerProcess(dieWithParent(command(this.#port)), logPath, { cwd });
    this.#server = server;
    const fail = (how: string) => new LocalServiceError(`${name} ${how}:\n${server.logTail()}`);
    const deadline = Date.now() + READY_MS;
    while (!(await isReady(this.#port))) {
      if (!server.isRunning) throw fail('ended during its start');
      if (Date.now() > deadline) throw fail(`did not answer within ${READY_MS / 1000} s`);
      await delay(READY_STEP_MS);
    }
  }
}
