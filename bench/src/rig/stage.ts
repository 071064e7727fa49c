import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { startLocalServices } from '@mcp-server/local';
import { type Namespace, openNamespace } from '@mcp-server/testing';

import { Child } from './child.ts';
import { type CpuTimes, type Party, readCpuTimes, subtractCpuTimes } from './usage.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const RAW = fileURLToPath(new URL('../raw/', import.meta.url));
const SOURCE = '--conditions=@mcp-server/source';
const STARTED = { api: '"msg":"api listening"', worker: '"msg":"worker started"' } as const;

/** The services of this run, with a database and a Redis prefix, and the measured processes. */
export class Stage {
  readonly space: Namespace;
  /** Descriptions of the services, one line each. */
  readonly services: readonly string[];
  readonly #dir: string;
  readonly #profileDir: string | undefined;
  readonly #opened: AsyncDisposableStack;
  readonly #parties = new Map<number, Party>();

  private constructor(
    space: Namespace,
    {
      services,
      dir,
      profileDir,
      opened,
    }: {
      services: readonly string[];
      dir: string;
      profileDir: string | undefined;
      opened: AsyncDisposableStack;
    },
  ) {
    this.space = space;
    this.services = services;
    this.#dir = dir;
    this.#profileDir = profileDir;
    this.#opened = opened;
  }

  /** `profileDir` is the folder for CPU profiles of API and worker. */
  static async open(profileDir: string | undefined, log: (line: string) => void): Promise<Stage> {
    const opened = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'bench-'));
    opened.defer(() => rm(dir, { recursive: true, force: true }));
    try {
      const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
      const services = await startLocalServices({ dataDir: join(dir, 'stores'), env, log });
      opened.defer(() => services.close());
      process.env['MONGODB_URI'] = services.mongodbUri;
      process.env['REDIS_URL'] = services.redisUrl;
      const space = await openNamespace({ teardown: (close) => opened.defer(close) });
      return new Stage(space, { services: services.describe, dir, profileDir, opened });
    } catch (error) {
      await opened.disposeAsync();
      throw error;
    }
  }

  /** Starts an API or a worker as `npm start` does; it ends with the stage. */
  async startProduct(kind: 'api' | 'worker', env: Record<string, string>): Promise<Child> {
    const profile = this.#profileDir ? ['--cpu-prof', `--cpu-prof-dir=${this.#profileDir}`] : [];
    return this.#start(kind, {
      args: [SOURCE, ...profile, join(ROOT, 'packages', kind, 'src', 'main.ts')],
      env: { ...this.space.env, ...env },
      startedText: STARTED[kind],
    });
  }

  /** Starts a process of `bench/src/raw/`; it ends with the stage. */
  startRaw(file: string, args: string[]): Promise<Child> {
    return this.#start('raw', {
      args: [SOURCE, join(RAW, file), ...args],
      env: {},
      startedText: '"msg":"raw ',
    });
  }

  /** Runs `work` and measures it: wall milliseconds, and CPU milliseconds of every party. */
  async measure(work: () => Promise<void>): Promise<{ tookMs: number; cpu: CpuTimes }> {
    const before = readCpuTimes(this.#parties);
    const startedAt = performance.now();
    await work();
    const tookMs = performance.now() - startedAt;
    return { tookMs, cpu: subtractCpuTimes(readCpuTimes(this.#parties), before) };
  }

  /** Registers `close` to run when the stage closes, in reverse order. */
  defer(close: () => Promise<void> | void): void {
    this.#opened.defer(close);
  }

  async close(): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #start(party: Party, options: { args: string[]; env: Record<string, string>; startedText: string }) {
    const logPath = join(this.#dir, `${party}-${this.#parties.size}.log`);
    const child = await Child.start({ ...options, logPath });
    this.#opened.defer(() => child.stop());
    this.#parties.set(child.pid, party);
    return child;
  }
}
