import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { PluginError } from '@mcp-server/plugin-sdk';
import { safeText } from '@mcp-server/plugin-sdk/masking';
import {
  isDatabaseAway,
  listPackages,
  type MarketplacePackage,
  type PackageInstall,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { InstallError, runInstaller } from './installer.ts';
import { PackageFolders } from './package-folders.ts';
import { resolveWish } from './resolve-wish.ts';
import { RetryTimes } from './retry-times.ts';

const POLL_MS = 5_000;
const REIFY_MS = 300_000;
/** Runs that began with the old files may read them a little longer. */
const KEEP_UNUSED_MS = 60_000;

/** An installed version of a package. */
export interface InstalledPackage {
  name: string;
  version: string;
  /** Folder that holds its `node_modules`. */
  folder: string;
}

/** Runs the plugins of packages; see `PackageHost` of the worker. */
export interface PackageHost {
  /**
   * Reads the plugin and replaces the version of this package that runs, if there is one.
   * @throws {PluginError} if it cannot be used as it is
   */
  run(installed: InstalledPackage): Promise<void>;
  stop(name: string): Promise<void>;
}

interface Target {
  version: string;
  lock: string;
  folder: string;
}

/** Makes this worker run the packages that the admins want: it looks regularly, and at once when told. */
export class Marketplace {
  readonly #deps: Deps;
  readonly #registry: string | undefined;
  readonly #folders: PackageFolders;
  readonly #host: PackageHost;
  readonly #onChange: () => void;
  readonly #installs = new Map<string, PackageInstall>();
  /** Running versions by package. */
  readonly #running = new Map<string, Target>();
  /** Why versions cannot be used, by revision and folder: they are not tried again until something changes. */
  readonly #refusals = new Map<string, string>();
  readonly #retries = new RetryTimes();
  readonly #unusedSince = new Map<string, number>();
  readonly #task: PeriodicTask;

  /** `onChange` is called when the state of a package has changed. */
  constructor(deps: Deps, { dir, host, onChange }: { dir: string; host: PackageHost; onChange: () => void }) {
    const { MARKETPLACE_REGISTRY: setting } = deps.config;
    this.#deps = deps;
    this.#registry = setting === 'npm' ? undefined : setting;
    this.#folders = new PackageFolders(dir);
    this.#host = host;
    this.#onChange = onChange;
    this.#task = new PeriodicTask({
      run: (signal) => this.#converge(signal),
      intervalMs: POLL_MS,
      countFrom: 'end',
      onError: (err) =>
        deps.log[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'reading the wanted packages failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  /** Looks at once: something else is wanted. */
  refresh(): void {
    this.#retries.clear();
    this.#task.runSoon();
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  /** State of each package, for the record of this worker. */
  installs(): PackageInstall[] {
    return [...this.#installs.values()];
  }

  async #converge(signal: AbortSignal): Promise<void> {
    const wishes = (await listPackages(this.#deps.models.MarketplacePackageModel)).filter(
      ({ state }) => state !== 'removed',
    );
    for (const name of [...this.#running.keys(), ...this.#installs.keys()])
      if (!wishes.some(({ _id }) => _id === name)) await this.#drop(name);
    for (const wish of wishes) {
      if (signal.aborted) return;
      await this.#follow(wish, signal);
    }
    await this.#deleteUnused(wishes);
  }

  async #drop(name: string): Promise<void> {
    if (this.#running.has(name)) {
      await this.#host.stop(name);
      this.#deps.log.info({ package: name }, 'package removed');
    }
    this.#running.delete(name);
    this.#installs.delete(name);
    this.#onChange();
  }

  /** Brings one package to the wanted version; what goes wrong is its state, and the others go on. */
  async #follow(wish: MarketplacePackage, signal: AbortSignal): Promise<void> {
    const { _id: name, revision } = wish;
    const key = `${name}#${revision}`;
    const [target, ...others] = targetsOf(wish);
    const isCurrent = target !== undefined && this.#running.get(name)?.folder === target.folder;
    if (wish.lock !== undefined && isCurrent) return this.#note(wish, 'ready');
    if (!this.#retries.isDue(key)) return;
    try {
      if (wish.state === 'resolving') {
        this.#note(wish, 'installing');
        const options = { folders: this.#folders, registry: this.#registry, signal };
        if (await resolveWish(this.#deps, options, wish)) this.#task.runSoon();
      }
      const isRefused = await this.#runFirst(wish, target === undefined ? [] : [target, ...others], signal);
      if (wish.state === 'refused') this.#note(wish, 'refused', wish.problem);
      else if (isRefused !== undefined) this.#note(wish, 'refused', isRefused);
      else if (wish.state === 'resolved') this.#note(wish, 'ready');
    } catch (error) {
      if (signal.aborted) return;
      this.#retries.defer(key);
      const problem = safeText(error instanceof Error ? error.message : String(error));
      if (!(error instanceof InstallError))
        this.#deps.log.warn({ err: error, package: name }, 'package failed');
      this.#note(wish, 'failed', problem);
    }
  }

  /**
   * Runs the first of these versions that can be used, so that a version that cannot leaves the one before. Resolves to
   * why the first one was refused.
   */
  async #runFirst(
    wish: MarketplacePackage,
    targets: readonly Target[],
    signal: AbortSignal,
  ): Promise<string | undefined> {
    let reason: string | undefined;
    for (const target of targets) {
      const refusal = this.#refusals.get(keyOf(wish, target)) ?? (await this.#run(wish, target, signal));
      if (refusal === undefined) return reason;
      reason ??= refusal;
    }
    return reason;
  }

  /** Resolves to why this version is refused. @throws {InstallError} if its files cannot be had */
  async #run(wish: MarketplacePackage, target: Target, signal: AbortSignal): Promise<string | undefined> {
    const { _id: name } = wish;
    if (this.#running.get(name)?.folder === target.folder) return undefined;
    const { version, folder } = target;
    const installed = { name, version, folder: this.#folders.pathOf(folder) };
    await this.#install(name, target, signal);
    try {
      await this.#host.run(installed);
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      const refusal = safeText(error.message);
      this.#refusals.set(keyOf(wish, target), refusal);
      this.#deps.log.error({ package: name, version, text: refusal }, 'package cannot be used');
      return refusal;
    }
    this.#running.set(name, target);
    this.#deps.log.info({ package: name, version }, 'package runs');
    return undefined;
  }

  async #install(name: string, { version, lock, folder }: Target, signal: AbortSignal): Promise<void> {
    if (await this.#folders.has(folder)) return;
    const spec = `${name}@${version}`;
    await this.#folders.withTemporary(async (path) => {
      const job = { kind: 'reify', folder: path, spec, registry: this.#registry, lock } as const;
      await runInstaller(job, { root: this.#folders.root, timeoutMs: REIFY_MS, signal });
      await rm(join(path, '.cache'), { recursive: true, force: true });
      await this.#folders.publish(path, folder);
    });
  }

  #note(wish: MarketplacePackage, state: PackageInstall['state'], problem?: string): void {
    const { _id: name, revision, version } = wish;
    const running = this.#running.get(name)?.version;
    const install: PackageInstall = {
      package: name,
      revision,
      version,
      state,
      ...(running === undefined ? {} : { running }),
      ...(problem === undefined ? {} : { problem: problem.slice(0, MAX_PROBLEM) }),
    };
    const before = JSON.stringify(this.#installs.get(name));
    this.#installs.set(name, install);
    if (before !== JSON.stringify(install)) this.#onChange();
  }

  async #deleteUnused(wishes: readonly MarketplacePackage[]): Promise<void> {
    const used = new Set([...this.#running.values()].map(({ folder }) => folder));
    for (const { _id: name, lock, earlier } of wishes)
      for (const text of [lock, ...earlier.map((one) => one.lock)])
        if (text !== undefined) used.add(PackageFolders.nameOf(name, text));
    const now = performance.now();
    for (const folder of this.#unusedSince.keys()) if (used.has(folder)) this.#unusedSince.delete(folder);
    await this.#folders.deleteOthers((folder) => {
      if (used.has(folder)) return true;
      const since = this.#unusedSince.get(folder) ?? now;
      this.#unusedSince.set(folder, since);
      return !folder.startsWith('.') && now - since < KEEP_UNUSED_MS;
    });
  }
}

const MAX_PROBLEM = 2_000;

const keyOf = ({ revision }: MarketplacePackage, { folder }: Target): string => `${revision}:${folder}`;

/** Versions that a package should run: the wanted version, else the one before it. */
function targetsOf({ _id: name, version, lock, earlier }: MarketplacePackage): Target[] {
  const versions = [...(lock === undefined ? [] : [{ version, lock }]), ...earlier.slice(0, 1)];
  return versions.map((one) => ({
    version: one.version,
    lock: one.lock,
    folder: PackageFolders.nameOf(name, one.lock),
  }));
}
