import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Action, type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { builtInPlugins } from '@mcp-server/plugins';
import { ConfigError } from '@mcp-server/shared';

import { probePlugins } from '../reload/probe.ts';
import { hashFolder, noteCodeHash, packageRoot } from './code-hash.ts';
import { importPlugin } from './import-plugin.ts';
import { loadEntry, toPluginError } from './load-entry.ts';
import { findEntryFile, listPluginFolders } from './plugin-folders.ts';
import { resolvePackage } from './resolve-package.ts';

/** The plugins of a process by id. */
export type PluginSet = ReadonlyMap<string, Plugin>;

/** A plugin that cannot be used, and why. */
export interface BrokenPlugin {
  /** Its folder or package. */
  name: string;
  error: PluginError;
}

/** A folder of `PLUGINS_DIR` as it was loaded. */
export interface LoadedFolder {
  /** Hash of its code; undefined if it is not known. */
  hash: string | undefined;
  /** Its plugin; undefined if it is broken. */
  plugin: Plugin | undefined;
}

export interface LoadedPlugins {
  plugins: PluginSet;
  /** Folders of `PLUGINS_DIR` by name. */
  folders: ReadonlyMap<string, LoadedFolder>;
  /** npm package of each plugin that comes from one, by plugin id. */
  packageOf: ReadonlyMap<string, string>;
  broken: readonly BrokenPlugin[];
}

export interface PluginSources {
  dir: string | undefined;
  packages: readonly string[];
  /** Limit for the import of each plugin. */
  timeoutMs: number;
}

/**
 * Loads the built-in plugins, those of a folder and those of named npm packages. A broken plugin does not keep the others
 * from being loaded. @throws {ConfigError} if the folder or a package does not exist.
 */
export async function loadPlugins({ dir, packages, timeoutMs }: PluginSources): Promise<LoadedPlugins> {
  const builtIn = await foldersOf(fileURLToPath(builtInPlugins));
  const own = dir === undefined ? [] : await foldersOf(resolve(dir));
  const named = packages.map((name) => ({ name, entry: resolvePackage(name) }));
  const refusals = await probeFolders(own, timeoutMs);
  const sources: Source[] = [
    ...builtIn.map((folder) => ({ name: basename(folder), folder, findEntry: () => findEntryFile(folder) })),
    ...own.map((folder) => ({
      name: basename(folder),
      folder,
      isOwn: true,
      findEntry: async () => {
        const entry = await findEntryFile(folder);
        const refusal = refusals.get(entry.href);
        if (refusal) throw refusal;
        return entry;
      },
    })),
    ...named.map(({ name, entry }) => ({ name, isPackage: true, findEntry: async () => entry })),
  ];

  const plugins = new Map<string, Plugin>();
  const packageOf = new Map<string, string>();
  const folders = new Map<string, LoadedFolder>();
  const broken: BrokenPlugin[] = [];
  // One after the other, so that what a module does at its import can be attributed to its plugin.
  for (const source of sources) {
    const { name, isPackage, isOwn } = source;
    const root = source.folder ?? (await packageRoot(fileURLToPath(await source.findEntry())));
    const before = await hashFolder(root);
    let plugin: Plugin | undefined;
    try {
      plugin = await loadPlugin(await source.findEntry(), plugins, timeoutMs);
      plugins.set(plugin.id, plugin);
      if (isPackage) packageOf.set(plugin.id, name);
    } catch (error) {
      broken.push({ name, error: toPluginError(name, error) });
    }
    // Otherwise it was edited during the import, and it is not known which code was loaded.
    const hash = before === (await hashFolder(root)) ? before : undefined;
    if (plugin) noteCodeHash(plugin, hash);
    if (isOwn) folders.set(name, { hash, plugin });
  }
  return { plugins, folders, packageOf, broken };
}

interface Source {
  name: string;
  /** Absent for packages. */
  folder?: string;
  isPackage?: boolean;
  /** True for folders of `PLUGINS_DIR`. */
  isOwn?: boolean;
  /** @throws {PluginError} if it has none, or if it must not be imported here */
  findEntry(): Promise<URL>;
}

/** An endless loop at an import would hang this process, so plugins that are not ours are tried in another one first. */
async function probeFolders(
  folders: readonly string[],
  timeoutMs: number,
): Promise<Map<string, PluginError>> {
  const entries = await Promise.all(folders.map((folder) => findEntryFile(folder).catch(() => undefined)));
  const probed = entries.flatMap((entry) => (entry ? [{ entry: entry.href }] : []));
  return probePlugins(probed, { timeoutMs });
}

async function foldersOf(root: string): Promise<string[]> {
  const names = await listPluginFolders(root).catch((cause: unknown) => {
    throw new ConfigError(`PLUGINS_DIR: cannot read ${root}`, { cause });
  });
  return names.map((name) => join(root, name));
}

/** @throws {PluginError} if the plugin cannot be used. */
async function loadPlugin(entry: URL, plugins: PluginSet, timeoutMs: number): Promise<Plugin> {
  const plugin = await loadEntry(entry, () => importPlugin(entry, timeoutMs));
  if (plugins.has(plugin.id)) throw takenId(plugin.id, fileURLToPath(entry));
  return plugin;
}

/** Error of a plugin whose id another one has. */
export const takenId = (id: string, file: string): PluginError =>
  new PluginError(`Plugin "${id}" (${file})`, ['a plugin with this id is already loaded']);

/** Finds an action among the plugins of this process. */
export function findAction(plugins: PluginSet, plugin: string, action: string): Action | undefined {
  const actions = plugins.get(plugin)?.actions;
  return actions && Object.hasOwn(actions, action) ? actions[action] : undefined;
}
