import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import type { Action, Plugin } from '@mcp-server/plugin-sdk';
import { ToolPolicy } from '@mcp-server/plugin-sdk/schemas';
import { builtInPlugins } from '@mcp-server/plugins';
import { ConfigError } from '@mcp-server/shared';

/** The plugins of a process by id. */
export type PluginSet = ReadonlyMap<string, Plugin>;

/**
 * Loads the built-in plugins, those of a folder and those of named npm packages.
 * @throws {ConfigError} on a plugin that cannot be loaded or an id that comes twice: a fleet that silently lacks a
 * plugin is worse than one that does not start.
 */
export async function loadPlugins(sources: {
  dir: string | undefined;
  packages: readonly string[];
}): Promise<PluginSet> {
  const entries = await pluginFolders(fileURLToPath(builtInPlugins));
  if (sources.dir !== undefined) entries.push(...(await pluginFolders(resolve(sources.dir))));
  const resolver = createRequire(join(process.cwd(), 'package.json'));
  for (const name of sources.packages) entries.push(await resolvePackage(resolver, name));

  const plugins = new Map<string, Plugin>();
  for (const entry of entries) {
    const plugin = await loadPlugin(entry);
    if (plugins.has(plugin.id))
      throw new ConfigError(`Plugin "${plugin.id}" is there twice; the second is ${entry}`);
    plugins.set(plugin.id, plugin);
  }
  return plugins;
}

async function pluginFolders(root: string): Promise<string[]> {
  const folders = await readdir(root, { withFileTypes: true }).catch((cause: unknown) => {
    throw new ConfigError(`PLUGINS_DIR: cannot read ${root}`, { cause });
  });
  const names = folders
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules')
    .map(({ name }) => name);
  return Promise.all(names.sort().map((name) => entryFile(join(root, name))));
}

async function entryFile(folder: string): Promise<string> {
  const files = await readdir(folder);
  const entry = ['index.ts', 'index.js', 'index.mjs'].find((name) => files.includes(name));
  if (entry === undefined)
    throw new ConfigError(`Plugin folder ${folder} has no index.ts, index.js or index.mjs`);
  return join(folder, entry);
}

async function resolvePackage(resolver: NodeJS.Require, name: string): Promise<string> {
  try {
    return resolver.resolve(name);
  } catch (cause) {
    throw new ConfigError(`PLUGINS: package "${name}" is not installed`, { cause });
  }
}

async function loadPlugin(entry: string): Promise<Plugin> {
  const loaded = (await import(pathToFileURL(entry).href).catch((cause: unknown) => {
    throw new ConfigError(`Plugin ${entry} cannot be loaded: ${String(cause)}`, { cause });
  })) as { default?: Partial<Plugin> };
  const plugin = loaded.default;
  if (!plugin?.id || !plugin.version || !plugin.actions) {
    throw new ConfigError(`Plugin ${entry} has no default export made by definePlugin`);
  }
  return withDefaults(plugin as OldPlugin);
}

type OldAction = Omit<Action, 'isTool' | 'tool'> & Partial<Pick<Action, 'isTool' | 'tool'>>;
type OldPlugin = Omit<Plugin, 'actions' | 'resources' | 'prompts'> &
  Partial<Pick<Plugin, 'resources' | 'prompts'>> & { actions: Readonly<Record<string, OldAction>> };

/** A package may bring an older copy of the contract, which knew neither resources and prompts nor tool policies. */
function withDefaults({ actions, resources = [], prompts = [], ...plugin }: OldPlugin): Plugin {
  const entries = Object.entries(actions).map(([name, { isTool = true, tool, ...action }]) => [
    name,
    { ...action, isTool, tool: tool ?? ToolPolicy.parse({}) },
  ]);
  return { ...plugin, resources, prompts, actions: Object.fromEntries(entries) as Plugin['actions'] };
}

/** The action of a plugin this process has, if it has it. */
export function findAction(plugins: PluginSet, plugin: string, action: string): Action | undefined {
  const actions = plugins.get(plugin)?.actions;
  return actions && Object.hasOwn(actions, action) ? actions[action] : undefined;
}
