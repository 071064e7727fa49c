import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Action, Plugin } from '@mcp-server/plugin-sdk';
import { builtInPlugins } from '@mcp-server/plugins';
import { ConfigError } from '@mcp-server/shared';

import { readPlugin } from './read-plugin.ts';
import { resolvePackage } from './resolve-package.ts';

/** The plugins of a process by id. */
export type PluginSet = ReadonlyMap<string, Plugin>;

/**
 * Loads the built-in plugins, those of a folder and those of named npm packages.
 * @throws {ConfigError} on a plugin that cannot be loaded and on a duplicate id: a fleet that silently lacks a plugin is
 * worse than one that does not start.
 */
export async function loadPlugins(sources: {
  dir: string | undefined;
  packages: readonly string[];
}): Promise<PluginSet> {
  const entries = await pluginFolders(fileURLToPath(builtInPlugins));
  if (sources.dir !== undefined) entries.push(...(await pluginFolders(resolve(sources.dir))));
  entries.push(...sources.packages.map(resolvePackage));

  const plugins = new Map<string, Plugin>();
  for (const entry of entries) {
    const plugin = await loadPlugin(entry);
    if (plugins.has(plugin.id))
      throw new ConfigError(`Plugin "${plugin.id}" is loaded twice; the second is ${fileURLToPath(entry)}`);
    plugins.set(plugin.id, plugin);
  }
  return plugins;
}

async function pluginFolders(root: string): Promise<URL[]> {
  const folders = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ConfigError(`PLUGINS_DIR: cannot read ${root}`, { cause });
  });
  const names = folders
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  return Promise.all(names.sort().map((name) => entryFile(join(root, name))));
}

async function entryFile(folder: string): Promise<URL> {
  const files = await readdir(folder);
  const entry = ['index.ts', 'index.js', 'index.mjs'].find((name) => files.includes(name));
  if (entry === undefined)
    throw new ConfigError(`Plugin folder ${folder} has no index.ts, index.js or index.mjs`);
  return pathToFileURL(join(folder, entry));
}

async function loadPlugin(entry: URL): Promise<Plugin> {
  const file = fileURLToPath(entry);
  const loaded = (await import(entry.href).catch((cause: unknown) => {
    throw new ConfigError(`Plugin ${file} cannot be loaded: ${String(cause)}`, { cause });
  })) as { default?: unknown };
  return readPlugin(file, loaded.default);
}

/** Finds an action among the plugins of this process. */
export function findAction(plugins: PluginSet, plugin: string, action: string): Action | undefined {
  const actions = plugins.get(plugin)?.actions;
  return actions && Object.hasOwn(actions, action) ? actions[action] : undefined;
}
