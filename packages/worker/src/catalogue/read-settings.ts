import type { Plugin } from '@mcp-server/plugin-sdk';
import { addSecretSettings, type KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import { ConfigError } from '@mcp-server/shared';
import { z } from 'zod';

import type { PluginSet } from './load-plugins.ts';
import { noteSettings } from './revision.ts';

const settingsByPlugin = new WeakMap<Plugin, unknown>();

/** Value of `ctx.settings`. Each copy of a plugin's code has its own, so that old and new code run side by side. */
export const settingsOf = (plugin: Plugin): unknown => settingsByPlugin.get(plugin) ?? {};

/**
 * Reads the settings of every plugin from the environment: field `maxItems` of plugin `my-shop` is
 * `MY_SHOP_PLUGIN_MAX_ITEMS`, and notes them; see `settingsOf`. Empty variables count as unset. The values of secret settings
 * are added to `secrets`.
 * @throws {ConfigError} that names every invalid variable, and every variable that its plugin does not define: a
 * misspelt restriction would otherwise not restrict.
 */
export function readPluginSettings(plugins: PluginSet, env: NodeJS.ProcessEnv, secrets: KnownSecrets): void {
  const problems: string[] = [];
  const settingNames = new Set<string>();
  for (const plugin of plugins.values()) {
    const schema = plugin.settings ?? z.object({});
    const { shape } = schema;
    const names = Object.keys(shape).map((field) => [field, variableName(plugin.id, field)] as const);
    for (const [, name] of names) settingNames.add(name);
    const entries = names.filter(([, name]) => env[name]).map(([field, name]) => [field, env[name]]);
    const given = Object.fromEntries(entries) as Record<string, string>;
    const parsed = schema.safeParse(given);
    addSecretSettings(secrets, schema, { given, parsed: parsed.data ?? {} });
    if (parsed.success) {
      settingsByPlugin.set(plugin, Object.freeze(parsed.data));
      noteSettings(plugin, given);
    } else problems.push(...parsed.error.issues.map((issue) => describeIssue(plugin, issue)));
  }
  problems.push(...unknownVariables(plugins, env, settingNames));
  if (problems.length > 0)
    throw new ConfigError(secrets.mask(`The environment is not usable:\n${problems.join('\n')}`));
}

/** Returns the environment variable of a plugin's field. */
export function variableName(id: string, field: string): string {
  return `${variablePrefix(id)}${field.replaceAll(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase()}`;
}

const variablePrefix = (id: string) => `${id.replaceAll('-', '_').toUpperCase()}_PLUGIN_`;

function describeIssue({ id }: Plugin, { path, message }: z.core.$ZodIssue): string {
  return `  ${path.length === 0 ? `settings of plugin ${id}` : variableName(id, String(path[0]))}: ${message}`;
}

function unknownVariables(plugins: PluginSet, env: NodeJS.ProcessEnv, known: ReadonlySet<string>): string[] {
  const prefixes = [...plugins.keys()].map(variablePrefix);
  return Object.keys(env)
    .filter((name) => !known.has(name) && prefixes.some((prefix) => name.startsWith(prefix)))
    .map((name) => `  ${name}: no plugin has this setting`);
}
