import { hostname } from 'node:os';

import { announceWorker, deleteWorker, type WorkerRecord } from '@mcp-server/shared';

import packageFile from '../../package.json' with { type: 'json' };
import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { MAX_REPORTED } from './broken-plugins.ts';
import { isInternal } from './internal-plugins.ts';
import type { PluginSet } from './load-plugins.ts';

const REFRESH_MS = 2_000;

/** Fields of a worker's record that change while it works. */
type WorkerLoad = Pick<WorkerRecord, 'running' | 'suspects' | 'abandoned' | 'idleMs' | 'packages'>;

/** Keeps this process in the list of workers: refreshed while it lives, deleted by a clean stop. */
export class Announcer {
  readonly #deps: Deps;
  readonly #load: () => WorkerLoad;
  readonly #plugins: PluginSet;
  readonly #startedAt = new Date();
  #state: WorkerRecord['state'] = 'running';
  readonly #task: PeriodicTask;

  constructor(deps: Deps, plugins: PluginSet, load: () => WorkerLoad) {
    this.#deps = deps;
    this.#load = load;
    this.#plugins = plugins;
    this.#task = new PeriodicTask({
      run: () => this.#announce(),
      intervalMs: REFRESH_MS,
      countFrom: 'end',
      onError: (err) => deps.log.debug({ err }, 'announcing the worker failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  /** Announces at once: the plugins or packages have changed. */
  refresh(): void {
    this.#task.runSoon();
  }

  /** Announces at once that this process is draining, and keeps announcing that it lives. */
  drain(): void {
    this.#state = 'draining';
    this.#task.runSoon();
  }

  async close(): Promise<void> {
    await this.#task.close();
    const { models, workerName, log } = this.#deps;
    await deleteWorker(models.WorkerModel, workerName).catch((err: unknown) =>
      log.debug({ err }, 'leaving the list of workers failed; the record expires'),
    );
  }

  async #announce(): Promise<void> {
    const { config, models, workerName, pluginErrors } = this.#deps;
    await announceWorker(models.WorkerModel, {
      _id: workerName,
      host: hostname(),
      pid: process.pid,
      version: packageFile.version,
      pools: [...config.WORKER_POOLS],
      plugins: [...this.#plugins.values()]
        .filter((plugin) => config.WORKER_POOLS.includes(plugin.pool) && !isInternal(plugin))
        .map(({ id, version }) => `${id}@${version}`),
      slots: config.WORKER_CONCURRENCY,
      ...this.#load(),
      ...(pluginErrors.size === 0 ? {} : { pluginErrors: [...pluginErrors.values()].slice(0, MAX_REPORTED) }),
      state: this.#state,
      startedAt: this.#startedAt,
    });
  }
}
