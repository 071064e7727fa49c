import { resolve } from 'node:path';

import type { Plugin } from '@mcp-server/plugin-sdk';
import { probeMongo, probeRedis } from '@mcp-server/shared';
import type { Worker } from 'bullmq';

import { Runs } from './attempt/runs.ts';
import { Canary } from './canary.ts';
import { Announcer } from './catalogue/announce.ts';
import type { LoadedPlugins, PluginSet } from './catalogue/load-plugins.ts';
import { CataloguePublisher } from './catalogue/publish.ts';
import { Abandoned } from './delivery/abandoned.ts';
import { Beat } from './delivery/beat.ts';
import { DatabaseContact } from './delivery/contact.ts';
import { DatabaseOutage } from './delivery/database-outage.ts';
import type { Delivery } from './delivery/deliver.ts';
import { buildHandOver } from './delivery/hand-over.ts';
import { LostClaims } from './delivery/lost-claims.ts';
import { Pauses } from './delivery/pauses.ts';
import { createPoolWorker } from './delivery/pool-worker.ts';
import { SuspectSlot } from './delivery/suspects.ts';
import type { Deps } from './deps.ts';
import { drain } from './drain.ts';
import { listen } from './listener.ts';
import { Marketplace } from './marketplace/marketplace.ts';
import { PackageRunner } from './marketplace/package-runner.ts';
import { PluginReloader } from './reload/plugin-reloader.ts';
import { createTickWorker } from './schedules/tick-worker.ts';
import type { Stores } from './stores.ts';
import { Sweeper } from './sweep/sweeper.ts';

/** Plugins of a worker at its start, and how it tells that it must end. */
interface FleetWorkerOptions {
  plugins: PluginSet;
  pluginFolders: LoadedPlugins['folders'];
  /** Called when only a new process can help: this one must drain and exit non-zero. */
  onUnhealthy: (reason: string) => void;
  /** Called when it has loaded so many edits that it should drain and exit with 0. */
  onWornOut: (reloads: number) => void;
}

/** A running worker: starts and stops its parts together. */
export class FleetWorker {
  readonly #deps: Deps;
  readonly #stores: Stores;
  readonly #runs = new Runs();
  readonly #abandoned: Abandoned;
  readonly #giveUp = new AbortController();
  readonly #poolWorkers: Worker[];
  readonly #tickWorker: Worker;
  readonly #beat: Beat;
  readonly #pauses: Pauses;
  readonly #sweeper: Sweeper;
  readonly #publisher: CataloguePublisher;
  readonly #announcer: Announcer;
  /** Undefined if this worker takes no packages. */
  readonly #marketplace: Marketplace | undefined;
  /** Undefined if this worker has no plugins of its own, or never reloads. */
  readonly #reloader: PluginReloader | undefined;
  readonly #outage: DatabaseOutage;
  readonly #canary: Canary;
  readonly #onUnhealthy: (reason: string) => void;
  #isDraining = false;
  #closing: Promise<void> | undefined;

  constructor(deps: Deps, stores: Stores, options: FleetWorkerOptions) {
    const { onUnhealthy } = options;
    /** Packages of the marketplace come and go, and edited plugins are replaced. */
    const plugins = new Map(options.plugins);
    this.#onUnhealthy = onUnhealthy;
    this.#deps = deps;
    this.#stores = stores;
    const contact = new DatabaseContact(deps.config.LEASE_MS);
    this.#abandoned = new Abandoned(deps.config.MAX_ABANDONED, (count) => this.#abandonedChanged(count));
    this.#pauses = new Pauses(deps);
    const lostClaims = new LostClaims(deps.config.LEASE_MS);
    const delivery: Delivery = {
      plugins,
      runs: this.#runs,
      contact,
      suspects: new SuspectSlot(),
      lostClaims,
      handOver: buildHandOver(deps, plugins),
      pauses: this.#pauses,
      abandoned: this.#abandoned,
      giveUp: this.#giveUp.signal,
      isStopping: () => this.#isDraining,
      onDatabaseAway: () => this.#outage.begin(),
    };
    this.#poolWorkers = deps.config.WORKER_POOLS.map((pool) =>
      createPoolWorker(deps, delivery, pool, () => this.#canary.recordTaken(pool)),
    );
    this.#tickWorker = createTickWorker(deps);
    this.#outage = new DatabaseOutage(deps, [...this.#poolWorkers, this.#tickWorker]);
    this.#canary = new Canary(deps, {
      canTake: () =>
        !this.#isDraining &&
        !this.#outage.isOn &&
        this.#runs.size + this.#abandoned.count < deps.config.WORKER_CONCURRENCY,
      onSilence: (pool) => onUnhealthy(`jobs of pool ${pool} wait, and none was taken`),
    });
    this.#beat = new Beat(deps, this.#runs, contact, lostClaims);
    this.#sweeper = new Sweeper(deps, contact);
    this.#publisher = new CataloguePublisher(deps, plugins);
    this.#announcer = new Announcer(deps, plugins, () => ({
      running: this.#runs.size,
      suspects: this.#runs.suspects,
      abandoned: this.#abandoned.count,
      ...this.#runs.idle,
      ...(this.#marketplace ? { packages: this.#marketplace.installs() } : {}),
    }));
    this.#marketplace = this.#buildMarketplace(plugins);
    this.#reloader = this.#buildReloader(plugins, options);
  }

  /** Starts every part; none waits for a store that is away. */
  start(): void {
    this.#beat.start();
    this.#pauses.start();
    this.#publisher.start();
    this.#announcer.start();
    this.#sweeper.start();
    this.#canary.start();
    this.#marketplace?.start();
    this.#reloader?.start();
    void listen(this.#deps, this.#stores.subscriber, {
      onCancel: (executionId) => this.#runs.stop(executionId, 'cancel'),
      onPauses: () => this.#pauses.refresh(),
      onPackages: () => this.#marketplace?.refresh(),
    }).catch((error: unknown) => this.#stores.redisContact.failed(error));
    for (const worker of [...this.#poolWorkers, this.#tickWorker]) {
      void worker.run().catch((err: unknown) => this.#deps.log.error({ err }, 'taking jobs failed'));
    }
  }

  /** Tells whether this process can take work, with the facts behind it. */
  async readiness(): Promise<{ ready: boolean; [fact: string]: unknown }> {
    const { mongo, producer, workerName, config } = this.#deps;
    const [database, redis] = await Promise.all([
      check(() => probeMongo(mongo.connection)),
      check(() => probeRedis(producer, config.REDIS_PREFIX)),
    ]);
    const ready = database.ok && redis.ok && !this.#isDraining && !this.#abandoned.isTooMany;
    return {
      ready,
      worker: workerName,
      pools: config.WORKER_POOLS,
      mongodb: database,
      redis,
      isDraining: this.#isDraining,
      running: this.#runs.size,
      slots: config.WORKER_CONCURRENCY,
      abandoned: this.#abandoned.count,
    };
  }

  /** Stops taking jobs, lets runs end, hands the rest back, closes every part. Idempotent. */
  close(): Promise<void> {
    this.#isDraining = true;
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#outage.close();
    this.#announcer.drain();
    await this.#canary.close();
    await this.#marketplace?.close();
    await this.#reloader?.close();
    const workers = [...this.#poolWorkers, this.#tickWorker];
    await drain(this.#deps, { workers, runs: this.#runs, giveUp: this.#giveUp });
    await this.#sweeper.close();
    await this.#publisher.close();
    await this.#announcer.close();
    await this.#pauses.close();
    await this.#beat.close();
  }

  #buildMarketplace(plugins: Map<string, Plugin>): Marketplace | undefined {
    const { MARKETPLACE_DIR: dir, MARKETPLACE_REGISTRY: registry } = this.#deps.config;
    if (dir === undefined || registry === undefined) return undefined;
    const host = new PackageRunner(this.#deps, plugins, () => this.#pluginsChanged());
    return new Marketplace(this.#deps, {
      dir: resolve(dir),
      host,
      onChange: () => this.#announcer.refresh(),
    });
  }

  #buildReloader(plugins: Map<string, Plugin>, options: FleetWorkerOptions): PluginReloader | undefined {
    const { PLUGINS_DIR: dir, PLUGINS_RELOAD_MS: intervalMs } = this.#deps.config;
    if (dir === undefined || intervalMs === 0) return undefined;
    return new PluginReloader(this.#deps, {
      dir: resolve(dir),
      plugins,
      folders: options.pluginFolders,
      onChange: () => this.#pluginsChanged(),
      onWornOut: options.onWornOut,
    });
  }

  #pluginsChanged(): void {
    this.#publisher.refresh();
    this.#announcer.refresh();
  }

  #abandonedChanged(count: number): void {
    this.#deps.metrics.abandoned.set(count);
    // Abandoned runs still use this process, so they occupy slots.
    for (const worker of this.#poolWorkers) {
      worker.concurrency = Math.max(1, this.#deps.config.WORKER_CONCURRENCY - count);
    }
    if (this.#abandoned.isTooMany) this.#onUnhealthy('too many runs ignore their signal');
  }
}

async function check(ping: () => Promise<number>): Promise<{ ok: boolean; latencyMs?: number }> {
  try {
    return { ok: true, latencyMs: Math.round((await ping()) * 100) / 100 };
  } catch {
    return { ok: false };
  }
}
