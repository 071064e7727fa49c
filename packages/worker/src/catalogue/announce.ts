import { hostname } from 'node:os';

import { announceWorker, deleteWorker, type WorkerRecord } from '@mcp-server/shared';

import packageFile from '../../package.json' with { type: 'json' };
import type { Deps } from '../deps.ts';
import type { PluginSet } from './load-plugins.ts';

const REFRESH_MS = 2_000;

/** What changes while a worker works. */
type WorkerLoad = Pick<WorkerRecord, 'running' | 'suspects' | 'abandoned' | 'idleMs'>;

/** Keeps this process in the list of the fleet: refreshed while it lives, removed by a clean stop. */
export class Announcer {
  readonly #deps: Deps;
  readonly #load: () => WorkerLoad;
  readonly #plugins: string[];
  readonly #startedAt = new Date();
  #state: WorkerRecord['state'] = 'running';
  #timer: NodeJS.Timeout | undefined;
  #announcing: Promise<void> | undefined;
  #isClosed = false;

  constructor(deps: Deps, plugins: PluginSet, load: () => WorkerLoad) {
    this.#deps = deps;
    this.#load = load;
    this.#plugins = [...plugins.values()]
      .filter(({ pool }) => deps.config.WORKER_POOLS.includes(pool))
      .map(({ id, version }) => `${id}@${version}`);
  }

  start(): void {
    this.#announcing ??= this.#loop();
  }

  /** Shows at once that it takes nothing any more, and goes on telling that it lives. */
  drain(): void {
    this.#state = 'draining';
    clearTimeout(this.#timer);
    this.#announcing = (this.#announcing ?? Promise.resolve()).then(() => this.#loop());
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#announcing;
    const { models, workerName, log } = this.#deps;
    await deleteWorker(models.WorkerModel, workerName).catch((err: unknown) =>
      log.debug({ err }, 'leaving the list of workers failed; it is removed when it is old'),
    );
  }

  async #loop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#announce().catch((err: unknown) => this.#deps.log.debug({ err }, 'announcing failed'));
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#announcing = this.#loop();
    }, REFRESH_MS);
  }

  async #announce(): Promise<void> {
    const { config, models, workerName } = this.#deps;
    await announceWorker(models.WorkerModel, {
      _id: workerName,
      host: hostname(),
      pid: process.pid,
      version: packageFile.version,
      pools: [...config.WORKER_POOLS],
      plugins: this.#plugins,
      slots: config.WORKER_CONCURRENCY,
      ...this.#load(),
      state: this.#state,
      startedAt: this.#startedAt,
    });
  }
}
