import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { isDatabaseAway, takeRole } from '@mcp-server/shared';

import { describeBroken, logBroken } from '../catalogue/broken-plugins.ts';
import { codeHashOf, hashFolder, noteCodeHash } from '../catalogue/code-hash.ts';
import { loadEntry, toPluginError } from '../catalogue/load-entry.ts';
import { type LoadedPlugins, takenId } from '../catalogue/load-plugins.ts';
import { findEntryFile, listPluginFolders } from '../catalogue/plugin-folders.ts';
import { readPluginSettings } from '../catalogue/read-settings.ts';
import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { type PluginCopy, resolveAsOrigin } from './copy-hooks.ts';
import { readSignature } from './folder-signature.ts';
import { PluginCopies } from './plugin-copies.ts';
import { probePlugins } from './probe.ts';

interface ReloaderOptions {
  /** `PLUGINS_DIR`, absolute. */
  dir: string;
  /** Plugins of this worker; those of the folder are replaced, added and deleted. */
  plugins: Map<string, Plugin>;
  /** The folder's plugins as they were loaded at the start. */
  folders: LoadedPlugins['folders'];
  onChange: () => void;
  onWornOut: (reloads: number) => void;
}

/** One folder of `PLUGINS_DIR`. */
interface Folder {
  /** Plugin that runs, of this edit or an earlier one. */
  plugin: Plugin | undefined;
  /** Hash of the code that was loaded or refused last. */
  hash: string | undefined;
  /** Signature at the previous look, and the one whose content is known. */
  seen?: string;
  judged?: string;
}

/** An edit whose copy is complete. */
interface Edit {
  name: string;
  signature: string;
  hash: string;
  copy: PluginCopy;
  entry: URL;
}

const GONE = 'gone';
/** Time between two workers that restart after many reloads, beyond the grace of the first. */
const RESTART_SPACING_MS = 15_000;

/**
 * Loads what changes in `PLUGINS_DIR` while the worker runs. It looks at intervals, because bind mounts send no events. An
 * edit is copied when it has not changed between two looks, tried in another process, and imported from the copy. Runs of the
 * code before end on that code.
 */
export class PluginReloader {
  readonly #deps: Deps;
  readonly #options: ReloaderOptions;
  readonly #folders: Map<string, Folder>;
  readonly #copies = new PluginCopies();
  readonly #task: PeriodicTask;
  readonly #closing = new AbortController();
  /** Copies that were imported: each stays in memory. */
  readonly #imported = new Set<string>();
  #isFolderAway = false;

  constructor(deps: Deps, options: ReloaderOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#folders = new Map([...options.folders].map(([name, loaded]) => [name, { ...loaded }]));
    this.#task = new PeriodicTask({
      run: () => this.#look(),
      intervalMs: deps.config.PLUGINS_RELOAD_MS,
      countFrom: 'end',
      onError: (err) => {
        if (!this.#closing.signal.aborted)
          deps.log[isDatabaseAway(err) ? 'debug' : 'error']({ err }, 'reloading plugins failed');
      },
    });
  }

  start(): void {
    this.#task.start();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#task.close();
    await this.#copies.close();
  }

  async #look(): Promise<void> {
    const names = await this.#listFolders();
    if (!names) return;
    const edits: Edit[] = [];
    for (const name of new Set([...names, ...this.#folders.keys()])) {
      const folder = this.#folders.get(name) ?? { plugin: undefined, hash: undefined };
      this.#folders.set(name, folder);
      const path = join(this.#options.dir, name);
      const signature = names.includes(name) ? await readSignature(path) : GONE;
      const isSettled = signature !== undefined && signature === folder.seen;
      if (signature === undefined) delete folder.seen;
      else folder.seen = signature;
      if (!isSettled || signature === folder.judged) continue;
      if (signature === GONE) this.#remove(name, folder);
      else {
        const edit = await this.#copy(name, folder, signature);
        if (edit) edits.push(edit);
      }
    }
    if (edits.length > 0) await this.#load(edits);
    await this.#restartIfWornOut();
  }

  /** Undefined while the folder cannot be read: a mount that comes back must not cost the plugins. */
  async #listFolders(): Promise<string[] | undefined> {
    try {
      const names = await listPluginFolders(this.#options.dir);
      this.#isFolderAway = false;
      return names;
    } catch (err) {
      if (!this.#isFolderAway)
        this.#deps.log.warn({ err }, 'PLUGINS_DIR cannot be read; the worker keeps its plugins');
      this.#isFolderAway = true;
      return undefined;
    }
  }

  /** Copies an edit; undefined if there is none, or if it is not complete yet. */
  async #copy(name: string, folder: Folder, signature: string): Promise<Edit | undefined> {
    const path = join(this.#options.dir, name);
    const hash = await hashFolder(path);
    const runningHash = folder.plugin && codeHashOf(folder.plugin);
    if (hash !== undefined && (hash === runningHash || hash === folder.hash)) {
      folder.judged = signature;
      folder.hash = hash;
      // A refused edit was taken back.
      if (hash === runningHash && this.#deps.pluginErrors.delete(name)) this.#options.onChange();
      return undefined;
    }
    try {
      if (hash === undefined)
        throw new PluginError(`Plugin folder ${path}`, [
          'cannot be read, or is too large to be reloaded (at most 2000 files, 64 MiB)',
        ]);
      const copy = await this.#copies.create(path, hash);
      if (!copy) return undefined;
      return { name, signature, hash, copy, entry: await findEntryFile(copy.folder) };
    } catch (error) {
      folder.judged = signature;
      folder.hash = hash;
      this.#refuse(name, folder, toPluginError(name, error));
      return undefined;
    }
  }

  async #load(edits: readonly Edit[]): Promise<void> {
    const { PLUGIN_LOAD_MS: timeoutMs } = this.#deps.config;
    const refusals = await probePlugins(
      edits.map(({ entry, copy }) => ({ entry: entry.href, copy })),
      { timeoutMs, signal: this.#closing.signal },
    );
    for (const edit of edits) {
      const folder = this.#folders.get(edit.name);
      if (!folder) continue;
      folder.judged = edit.signature;
      folder.hash = edit.hash;
      try {
        const refusal = refusals.get(edit.entry.href);
        if (refusal) throw refusal;
        this.#replace(edit, folder, await this.#import(edit, folder));
      } catch (error) {
        this.#refuse(edit.name, folder, toPluginError(edit.name, error), edit.copy);
      }
    }
  }

  /** @throws {PluginError} | {ConfigError} if it cannot be used with the other plugins and the settings of this worker */
  async #import({ entry, copy, hash }: Edit, folder: Folder): Promise<Plugin> {
    resolveAsOrigin(copy);
    this.#imported.add(copy.folder);
    const plugin = await loadEntry(entry, async () => {
      const module = (await import(entry.href)) as { default?: unknown };
      return module.default;
    });
    if (plugin.id !== folder.plugin?.id && this.#options.plugins.has(plugin.id))
      throw takenId(plugin.id, fileURLToPath(entry));
    noteCodeHash(plugin, hash);
    readPluginSettings(new Map([[plugin.id, plugin]]), process.env, this.#deps.secrets);
    return plugin;
  }

  #replace({ name, hash }: Edit, folder: Folder, plugin: Plugin): void {
    const { plugins, onChange } = this.#options;
    const before = folder.plugin;
    if (before && before.id !== plugin.id) plugins.delete(before.id);
    folder.plugin = plugin;
    plugins.set(plugin.id, plugin);
    this.#deps.pluginErrors.delete(name);
    this.#deps.log.info(
      { plugin: plugin.id, version: plugin.version, before: before?.version, hash },
      before ? 'plugin reloaded' : 'plugin added',
    );
    onChange();
  }

  #refuse(name: string, { plugin }: Folder, error: PluginError, copy?: PluginCopy): void {
    const toOrigin = (text: string) => (copy ? text.replaceAll(copy.folder, copy.origin) : text);
    const cause = error.cause instanceof Error ? error.cause : undefined;
    const named = new PluginError(toOrigin(error.subject), error.problems.map(toOrigin), {
      cause: cause && Object.assign(new Error(cause.message), { stack: toOrigin(cause.stack ?? '') }),
    });
    const report = describeBroken({ name, error: named }, process.env);
    const { problems } = report;
    const running = plugin && `${plugin.id}@${plugin.version}`;
    logBroken(report, this.#deps.log, running);
    this.#deps.pluginErrors.set(name, {
      plugin: name,
      problems,
      ...(running === undefined ? {} : { running }),
    });
    this.#options.onChange();
  }

  #remove(name: string, { plugin }: Folder): void {
    this.#folders.delete(name);
    this.#deps.pluginErrors.delete(name);
    if (plugin) {
      this.#options.plugins.delete(plugin.id);
      this.#deps.log.info({ plugin: plugin.id, version: plugin.version }, 'plugin removed');
    }
    this.#options.onChange();
  }

  /** One worker after the other, so that the others take the work. */
  async #restartIfWornOut(): Promise<void> {
    const { config, models, workerName } = this.#deps;
    if (config.PLUGIN_RELOADS_MAX === 0 || this.#imported.size < config.PLUGIN_RELOADS_MAX) return;
    const isMyTurn = await takeRole(models.RoleLeaseModel, {
      role: 'reload-restart',
      holder: workerName,
      forMs: config.WORKER_GRACE_MS + RESTART_SPACING_MS,
    });
    if (isMyTurn !== undefined) this.#options.onWornOut(this.#imported.size);
  }
}
