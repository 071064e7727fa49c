import { readdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { type Action, type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { describeError } from '@mcp-server/plugin-sdk/attempt';
import { builtInPlugins } from '@mcp-server/plugins';
import { ConfigError } from '@mcp-server/shared';

import { hashFolder, noteCodeHash, packageRoot } from './code-hash.ts';
import { importPlugin } from './import-plugin.ts';
import { readPlugin } from './read-plugin.ts';
import { resolvePackage } from './resolve-package.ts';

/** The plugins of a process by id. */
export type PluginSet = ReadonlyMap<string, Plugin>;

/** A plugin that cannot be used, and why. */
export interface BrokenPlugin {
  /** Its folder or package. */
  name: string;
  error: PluginError;
}

export interface LoadedPlugins {
  plugins: PluginSet;
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
  const folders = await pluginFolders(fileURLToPath(builtInPlugins));
  if (dir !== undefined) folders.push(...(await pluginFolders(resolve(dir))));
  const sources = [
    ...folders.map((folder) => ({
      name: basename(folder),
      findEntry: () => entryFile(folder),
      isPackage: false,
    })),
    ...packages
      .map((name) => ({ name, entry: resolvePackage(name) }))
      .map(({ name, entry }) => ({
        name,
        findEntry: async () => entry,
        isPackage: true,
      })),
  ];

  const plugins = new Map<string, Plugin>();
  const packageOf = new Map<string, string>();
  const broken: BrokenPlugin[] = [];
  // One after the other, so that what a module does at its import can be attributed to its plugin.
  for (const { name, findEntry, isPackage } of sources) {
    try {
      const entry = await findEntry();
      const folder = isPackage ? await packageRoot(fileURLToPath(entry)) : dirname(fileURLToPath(entry));
      const codeHash = await hashFolder(folder);
      const plugin = await loadPlugin(entry, plugins, timeoutMs);
      // Otherwise it was edited during the import, and it is not known which code was loaded.
      if (codeHash === (await hashFolder(folder))) noteCodeHash(plugin, codeHash);
      plugins.set(plugin.id, plugin);
      if (isPackage) packageOf.set(plugin.id, name);
    } catch (error) {
      broken.push({ name, error: toPluginError(name, error) });
    }
  }
  return { plugins, packageOf, broken };
}

/** A plugin can be broken in ways that no check foresees. */
const toPluginError = (name: string, error: unknown): PluginError =>
  error instanceof PluginError
    ? error
    : new PluginError(`Plugin ${name}`, [`cannot be read: ${textOfError(error)}`], { cause: error });

/** Text of anything that a plugin throws. */
const textOfError = (error: unknown): string => describeError(error).message;

async function pluginFolders(root: string): Promise<string[]> {
  const folders = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ConfigError(`PLUGINS_DIR: cannot read ${root}`, { cause });
  });
  return folders
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map(({ name }) => join(root, name))
    .sort();
}

/** @throws {PluginError} if the folder has no entry. */
async function entryFile(folder: string): Promise<URL> {
  const files = await readdir(folder);
  const entry = ['index.ts', 'index.js', 'index.mjs'].find((name) => files.includes(name));
  if (entry === undefined)
    throw new PluginError(`Plugin folder ${folder}`, ['has no index.ts, index.js or index.mjs']);
  return pathToFileURL(join(folder, entry));
}

/** @throws {PluginError} if the plugin cannot be used. */
async function loadPlugin(entry: URL, plugins: PluginSet, timeoutMs: number): Promise<Plugin> {
  const file = fileURLToPath(entry);
  const loaded = await importPlugin(entry, timeoutMs).catch((error: unknown) => {
    // By name, not by class: a plugin may bring its own copy of the SDK.
    const isDeclaration = error instanceof Error && error.name === 'PluginError';
    const { subject, problems } = error as PluginError;
    if (isDeclaration) throw new PluginError(`${subject} (${file})`, problems);
    throw new PluginError(`Plugin ${file}`, [`cannot be loaded: ${textOfError(error)}`], { cause: error });
  });
  const plugin = readPlugin(file, loaded);
  if (plugins.has(plugin.id))
    throw new PluginError(`Plugin "${plugin.id}" (${file})`, ['a plugin with this id is already loaded']);
  return plugin;
}

/** Finds an action among the plugins of this process. */
export function findAction(plugins: PluginSet, plugin: string, action: string): Action | undefined {
  const actions = plugins.get(plugin)?.actions;
  return actions && Object.hasOwn(actions, action) ? actions[action] : undefined;
}
