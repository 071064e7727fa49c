import type { z } from 'zod';

import { type Action, type ActionSpec, defineAction, type SettingsSchema } from './action.ts';
import { PluginError } from './check/plugin-error.ts';
import { duplicatesOf, findPluginProblems } from './check/plugin-problems.ts';
import { contractVersion } from './contract-version.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { CataloguePrompt, CatalogueResource } from './schemas/catalogue.ts';

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
 * @throws {PluginError} that names every problem with its place and rule, in the words of a worker that loads it.
 */
export function definePlugin(spec: PluginSpec): Plugin {
  const { actions, resources, prompts, pool = 'default', ...rest } = spec;
  const backedResources = Object.entries(resources ?? {}).map(([name, resource]) =>
    toBackingAction('resource', name, resource),
  );
  const backedPrompts = Object.entries(prompts ?? {}).map(([name, prompt]) =>
    toBackingAction('prompt', name, prompt),
  );
  const named = [
    ...Object.entries(actions ?? {}),
    ...[...backedResources, ...backedPrompts].map((backed) => backed.named),
  ];
  const plugin: Plugin = {
    ...rest,
    contractVersion,
    pool,
    actions: Object.fromEntries(named),
    resources: backedResources.map(({ entry }) => entry),
    prompts: backedPrompts.map(({ entry }) => entry),
  };
  const actionNames = named.map(([name]) => name);
  const problems = [...duplicatesOf('action', actionNames), ...findPluginProblems(plugin)];
  if (problems.length > 0) throw new PluginError(`Plugin "${spec.id}"`, problems);
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
