import type { z } from 'zod';

import { type Action, type ActionSpec, defineAction, type SettingsSchema } from './action.ts';
import { contractVersion } from './contract-version.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { CataloguePrompt, CatalogueResource } from './schemas/catalogue.ts';
import { Slug } from './schemas/slug.ts';

/** Lower-case kebab ids joined by `__` must fit the 64 characters that model APIs allow for the name of a tool. */
const MAX_TOOL_NAME = 64;

/** A named, versioned bundle of actions; built by `definePlugin`. */
export interface Plugin {
  /** Version of the contract that the plugin was built with, as `major.minor`. */
  contractVersion: string;
  id: string;
  version: string;
  title: string;
  description: string;
  pool: string;
  /** Filled by workers from environment variables named `<ID>_PLUGIN_<FIELD>`. */
  settings?: SettingsSchema;
  /** Includes the backing actions of resources and prompts, named `resource-<name>` and `prompt-<name>`. */
  actions: Readonly<Record<string, Action>>;
  resources: readonly CatalogueResource[];
  prompts: readonly CataloguePrompt[];
}

/** Argument of `definePlugin`. Names of actions, resources and prompts are lower-case words joined by dashes. */
export interface PluginSpec {
  id: string;
  version: string;
  title: string;
  description: string;
  /** Group of workers that runs the plugin. Default `default`. */
  pool?: string;
  settings?: SettingsSchema;
  actions?: Readonly<Record<string, Action>>;
  resources?: Readonly<Record<string, Resource>>;
  prompts?: Readonly<Record<string, Prompt>>;
}

/**
 * Declares a plugin: the default export of its entry file.
 * @throws {Error} on ids or names that cannot be part of a tool name, and on duplicate names and URIs.
 */
export function definePlugin(spec: PluginSpec): Plugin {
  const { id, actions = {}, resources = {}, prompts = {}, ...rest } = spec;
  const pool = spec.pool ?? 'default';
  assertSlug('plugin id', id);
  assertSlug('pool', pool);
  const backedResources = Object.entries(resources).map(([name, resource]) =>
    toBackingAction('resource', name, resource),
  );
  const backedPrompts = Object.entries(prompts).map(([name, prompt]) =>
    toBackingAction('prompt', name, prompt),
  );
  const named = [
    ...Object.entries(actions),
    ...[...backedResources, ...backedPrompts].map(({ named }) => named),
  ];
  for (const [name, action] of named) checkAction(spec, name, action);
  const plugin = {
    ...rest,
    contractVersion,
    id,
    pool,
    actions: Object.fromEntries(named),
    resources: backedResources.map(({ entry }) => entry),
    prompts: backedPrompts.map(({ entry }) => entry),
  };
  const toolNames = named.flatMap(([, { publicName }]) => publicName ?? []);
  assertUnique(
    id,
    'action',
    named.map(([name]) => name),
  );
  assertUnique(id, 'tool', toolNames);
  assertUnique(
    id,
    'resource',
    plugin.resources.map(({ uri }) => uri),
  );
  assertUnique(
    id,
    'prompt',
    plugin.prompts.map(({ name }) => name),
  );
  return plugin;
}

/** The backing action of a resource or a prompt, and the catalogue entry that names it. */
function toBackingAction<E>(
  kind: 'resource' | 'prompt',
  name: string,
  // Each spec has an input type of its own; from here on it is an action like any other.
  { action, describe }: { action: unknown; describe: (name: string, action: string) => E },
): { named: [string, Action]; entry: E } {
  const actionName = `${kind}-${name}`;
  const spec = action as ActionSpec<z.ZodType, z.ZodType, SettingsSchema>;
  return {
    named: [actionName, { ...defineAction(spec), isTool: false }],
    entry: describe(name, actionName),
  };
}

function checkAction({ id, settings }: PluginSpec, name: string, action: Action): void {
  assertSlug(`name of an action of plugin ${id}`, name);
  if (`${id}__${name}`.length > MAX_TOOL_NAME)
    throw new Error(`The tool name ${id}__${name} is longer than ${MAX_TOOL_NAME} characters.`);
  // Otherwise ctx.settings would have a type that was never checked.
  if (action.settings !== undefined && action.settings !== settings)
    throw new Error(`Action ${id}.${name} declares settings other than those of its plugin.`);
}

function assertSlug(what: string, value: string): void {
  const parsed = Slug.safeParse(value);
  if (parsed.success) return;
  const rules = parsed.error.issues.map(({ message }) => message).join(', ');
  throw new Error(`The ${what} "${value}" ${rules}.`);
}

function assertUnique(id: string, kind: string, names: readonly string[]): void {
  const duplicate = names.find((name, index) => names.indexOf(name) !== index);
  if (duplicate !== undefined) throw new Error(`Plugin ${id} declares the ${kind} ${duplicate} twice.`);
}
