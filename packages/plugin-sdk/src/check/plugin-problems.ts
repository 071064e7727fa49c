import { z } from 'zod';

import type { Action, SettingsSchema } from '../action.ts';
import {
  Annotations,
  CataloguePrompt,
  CatalogueResource,
  PublicName,
  ToolPolicy,
} from '../schemas/catalogue.ts';
import { CachePolicy, OnCrash, RetryPolicy } from '../schemas/policy.ts';
import { Slug } from '../schemas/slug.ts';
import { issueTexts } from './issue-text.ts';
import { findSchemaProblems } from './schema-problems.ts';

/** Lower-case kebab ids joined by `__` must fit the 64 characters that model APIs allow for the name of a tool. */
const MAX_TOOL_NAME = 64;
const MAX_TIMEOUT_MS = 86_400_000;

const Title = z.string().max(200);
const Description = z.string().max(5_000);
const Callable = z.custom((value) => typeof value === 'function', 'must be a function');

/** True for a schema of any copy of zod 4. */
const isSchema = (value: unknown): value is z.ZodType =>
  typeof value === 'object' && value !== null && '_zod' in value;

const ZodSchema = z.custom<z.ZodType>(isSchema, 'must be a zod schema, of zod 4');
const SettingsShape = z.custom(
  (value) => isSchema(value) && value._zod.def.type === 'object',
  'must be a zod object',
);

/** Plugins of the server itself have such ids; their actions cannot be called. */
const RESERVED_PREFIX = 'internal-';

const PluginFields = z.object({
  id: Slug.refine(
    (id) => !id.startsWith(RESERVED_PREFIX),
    `must not begin with "${RESERVED_PREFIX}": such ids are reserved`,
  ),
  version: z.string().min(1).max(100),
  title: Title,
  description: Description,
  pool: Slug,
  settings: SettingsShape.optional(),
  actions: z.record(z.string(), z.unknown()),
  resources: z.array(CatalogueResource),
  prompts: z.array(CataloguePrompt),
});

const ActionFields = z.object({
  title: Title,
  description: Description,
  input: ZodSchema,
  output: ZodSchema,
  timeoutMs: z.int().min(1).max(MAX_TIMEOUT_MS),
  retry: RetryPolicy,
  annotations: Annotations,
  cache: CachePolicy.optional(),
  onCrash: OnCrash,
  publicName: PublicName.optional(),
  isTool: z.boolean(),
  tool: ToolPolicy,
  toContent: Callable.optional(),
  run: Callable,
});

/** A plugin as far as the check reads it by itself. */
interface CheckedPlugin {
  id: string;
  settings?: SettingsSchema;
  actions: Readonly<Record<string, Action>>;
  resources: readonly CatalogueResource[];
  prompts: readonly CataloguePrompt[];
}

/** Lists everything that keeps workers from using a plugin, each problem with its place and rule; empty if it is usable. */
export function findPluginProblems(plugin: CheckedPlugin): string[] {
  const fields = PluginFields.safeParse(plugin);
  const problems = fields.success ? [] : issueTexts(fields.error, plugin);
  if (typeof plugin.actions === 'object' && (plugin.actions as unknown) !== null)
    for (const [name, action] of Object.entries(plugin.actions))
      problems.push(...actionProblems(plugin, name, action));
  if (fields.success) problems.push(...findDuplicates(plugin));
  return problems;
}

function actionProblems(plugin: CheckedPlugin, name: string, action: Action): string[] {
  const at = (problem: string) => `action "${name}": ${problem}`;
  const slug = Slug.safeParse(name);
  const problems = slug.success
    ? []
    : issueTexts(slug.error, name).map((text) => `name of an action: ${text}`);
  const toolName = `${plugin.id}__${name}`;
  if (toolName.length > MAX_TOOL_NAME)
    problems.push(
      at(`its tool name ${toolName} has ${toolName.length} characters; at most ${MAX_TOOL_NAME}`),
    );
  if (typeof action !== 'object' || (action as unknown) === null)
    return [...problems, at('must be an action')];
  const fields = ActionFields.safeParse(action);
  if (!fields.success) problems.push(...issueTexts(fields.error, action).map(at));
  // Otherwise ctx.settings would have a type that was never checked.
  if (action.settings !== undefined && action.settings !== plugin.settings)
    problems.push(at('settings: must be those of its plugin'));
  if (action.cache !== undefined && action.annotations?.readOnly !== true)
    problems.push(
      at(
        'cache: only for actions with annotations.readOnly: a call that is answered from the cache does not run',
      ),
    );
  for (const io of ['input', 'output'] as const)
    if (isSchema(action[io]))
      problems.push(...findSchemaProblems(action[io], io).map((text) => `action "${name}", ${text}`));
  return problems;
}

function findDuplicates({ actions, resources, prompts }: CheckedPlugin): string[] {
  return [
    ...duplicatesOf(
      'tool',
      Object.values(actions).flatMap((action: Action | undefined) => action?.publicName ?? []),
    ),
    ...duplicatesOf(
      'resource',
      resources.map(({ uri }) => uri),
    ),
    ...duplicatesOf(
      'prompt',
      prompts.map(({ name }) => name),
    ),
  ];
}

/** One problem for each name that is used more than once. */
export function duplicatesOf(kind: string, names: readonly string[]): string[] {
  const duplicates = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...duplicates].map((name) => `${kind} "${name}" is declared twice`);
}
