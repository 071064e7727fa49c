import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { findFreePort } from '../free-port.ts';
import { waitUntilReady } from '../readiness.ts';
import { dieWithParent, ServerProcess } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log, RunningService, ServiceControl } from '../service.ts';
import { answersPing } from './redis-probe.ts';

const MAX_PORT_RETRIES = 5;

/** A redis-server of this process: append-only file, no eviction, loopback only. */
class RedisServer implements ServiceControl {
  readonly #binary: string;
  readonly #dir: string;
  #port = 0;
  #server: ServerProcess | undefined;

  constructor(binary: string, dir: string) {
    this.#binary = binary;
    this.#dir = dir;
    mkdirSync(dir, { recursive: true });
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
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
    const server = new ServerProcess(
      dieWithParent([this.#binary, ...this.#settings()]),
      join(this.#dir, 'redis.log'),
    );
    this.#server = server;
    await waitUntilReady('Redis', server, () => answersPing(this.#port));
  }

  #settings(): string[] {
    return [
      ['--port', String(this.#port)],
      ['--bind', '127.0.0.1'],
      ['--dir', this.#dir],
      ['--appendonly', 'yes', '--appendfsync', 'everysec'],
      // Jobs must never be evicted; BullMQ refuses to trust a server that may.
      ['--maxmemory-policy', 'noeviction'],
      ['--save', ''],
      ['--daemonize', 'no'],
    ].flat();
  }
}

/** Starts a Redis with its data in `dir`. */
export async function startRedisServer(binary: string, dir: string, log: Log): Promise<RunningService> {
  const server = new RedisServer(binary, dir);
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw new LocalServiceError(`Redis does not start: ${String(error)}`, { cause: error });
  }
  log(`Redis is ready at ${server.url}`);
  const description = `${binary}, append-only file in ${dir}`;
  return { url: server.url, description, control: server, close: () => server.close() };
}
