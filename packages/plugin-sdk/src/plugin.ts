import { z } from 'zod';

import type { Prompt } from './prompt.ts';
import type { Answers, Question } from './question.ts';
import type { Resource } from './resource.ts';
import {
  Annotations,
  type CataloguePrompt,
  type CatalogueResource,
  PublicName,
  ToolPolicy,
} from './schemas/catalogue.ts';
import type { ContentBlock } from './schemas/content.ts';
import { OnCrash, RetryPolicy } from './schemas/policy.ts';
import { Slug } from './schemas/primitives.ts';

/** Lower-case kebab ids joined by `__` must fit the 64 characters that model APIs allow for a tool's name. */
const MAX_TOOL_NAME = 64;
const DEFAULT_TIMEOUT_MS = 60_000;

/** Lines go to the worker's log under the execution's id; masked, capped at 2,000 characters and 1,000 lines. */
export type ActionLog = Record<'debug' | 'info' | 'warn' | 'error', (text: string) => void>;

/** What an action is given beside its input. */
export interface ActionContext<Settings = unknown> {
  /** The execution's id; the same over all attempts. */
  readonly executionId: string;
  /** 1 for the first counted try. Crashes and hand-backs do not raise it. */
  readonly attempt: number;
  /** Send it with side effects: the same over all attempts, so that a receiver can recognise a repeat. */
  readonly idempotencyKey: string;
  readonly userId: string;
  /** Fires on cancel, timeout, deadline, shutdown and when another worker has taken over. Stop then. */
  readonly signal: AbortSignal;
  readonly log: ActionLog;
  /** Tells how far the run is; cheap, the newest value is stored about once a second. */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /**
   * Runs `fn` once per execution and remembers its JSON result over attempts. It can run twice only if the process
   * dies, or loses its lease, inside `fn`.
   */
  readonly once: <T>(name: string, fn: () => Promise<T> | T) => Promise<T>;
  /**
   * Asks whoever wants the work. Without an answer the attempt ends here and nothing runs meanwhile; when the answer has
   * come, the action runs again from its beginning and this resolves to it. Keys name questions over attempts; without one
   * they are `input-1`, `input-2`, … in the order of asking, which must then be the same in each attempt.
   * @throws {InputDeclined} when it was declined or cancelled.
   */
  readonly requestInput: <S extends z.ZodObject>(
    schema: S,
    message: string,
    options?: { key?: string },
  ) => Promise<z.output<S>>;
  /** Asks several questions at once, made by `elicit`, `sample` and `listRoots`. @throws {InputDeclined} */
  readonly requestInputs: <Q extends Record<string, Question<unknown>>>(questions: Q) => Promise<Answers<Q>>;
  /** What the operator set for this plugin, checked against its `settings` schema when the worker started. */
  readonly settings: Settings;
}

/** Settings of a plugin: every field reads one text from the environment, so fields coerce and have defaults. */
export type SettingsSchema = z.ZodObject;

/** "Try again": thrown by an action. `retryAfterMs` wins over the policy's backoff; attempts still count. */
export class RetryableError extends Error {
  override name = 'RetryableError';
  readonly retryAfterMs: number | undefined;
  readonly code: string | undefined;
  constructor(message: string, options: { retryAfterMs?: number; code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.retryAfterMs = options.retryAfterMs;
    this.code = options.code;
  }
}

/** "Never try again": thrown by an action; the execution fails at once. */
export class FatalError extends Error {
  override name = 'FatalError';
  readonly code: string | undefined;
  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/** What an author says of an action. */
export interface ActionSpec<I extends z.ZodType, O extends z.ZodType, S extends SettingsSchema> {
  title: string;
  description: string;
  /** Payload schema; an object schema, so that it can be a tool's input. */
  input: I;
  output: O;
  /** Longest run of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
  annotations?: Annotations;
  /** Default: `fail` for destructive actions that are not idempotent, else `rerun`. */
  onCrash?: OnCrash;
  /** The schema that its plugin declares: gives `ctx.settings` its type. */
  settings?: S;
  /** Its name as a tool, in place of `plugin__action`. */
  publicName?: string;
  /** How it behaves as a tool of the Model Context Protocol. */
  tool?: z.input<typeof ToolPolicy>;
  /** What people and models see of the output; without it the output as JSON. Pure: it is no place for effects. */
  toContent?(output: z.output<O>): ContentBlock[];
  run(input: z.output<I>, ctx: ActionContext<z.output<S>>): Promise<z.input<O>> | z.input<O>;
}

/** One callable thing of a plugin, its defaults filled in. */
export interface Action {
  title: string;
  description: string;
  input: z.ZodType;
  output: z.ZodType;
  timeoutMs: number;
  retry: RetryPolicy;
  annotations: Annotations;
  onCrash: OnCrash;
  settings?: SettingsSchema;
  publicName?: string;
  /** False for what only carries out a resource or a prompt. */
  isTool: boolean;
  tool: ToolPolicy;
  toContent?(output: unknown): unknown;
  run(input: unknown, ctx: ActionContext): unknown;
}

/** A named, versioned bundle of actions. */
export interface Plugin {
  id: string;
  version: string;
  title: string;
  description: string;
  pool: string;
  /** Filled by workers from environment variables named `<ID>_PLUGIN_<FIELD>`. */
  settings?: SettingsSchema;
  /** What carries out its resources and prompts included, as `resource-<name>` and `prompt-<name>`. */
  actions: Readonly<Record<string, Action>>;
  resources: readonly CatalogueResource[];
  prompts: readonly CataloguePrompt[];
}

/** What an author says of a plugin. Names of actions, resources and prompts are lower-case words joined by dashes. */
export interface PluginSpec {
  id: string;
  version: string;
  title: string;
  description: string;
  /** Default `default`. */
  pool?: string;
  settings?: SettingsSchema;
  actions?: Readonly<Record<string, Action>>;
  resources?: Readonly<Record<string, Resource>>;
  prompts?: Readonly<Record<string, Prompt>>;
}

/** Declares an action; types of `run` follow from the schemas. @throws {z.ZodError} on a wrong policy. */
export function defineAction<
  I extends z.ZodType,
  O extends z.ZodType,
  S extends SettingsSchema = SettingsSchema,
>(spec: ActionSpec<I, O, S>): Action {
  const annotations = Annotations.parse(spec.annotations ?? {});
  const isRepeatUnsafe = annotations.destructive === true && annotations.idempotent !== true;
  return {
    title: spec.title,
    description: spec.description,
    input: spec.input,
    output: spec.output,
    timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retry: RetryPolicy.parse(spec.retry ?? {}),
    annotations,
    onCrash: spec.onCrash ?? (isRepeatUnsafe ? 'fail' : 'rerun'),
    ...(spec.settings === undefined ? {} : { settings: spec.settings }),
    ...(spec.publicName === undefined ? {} : { publicName: PublicName.parse(spec.publicName) }),
    isTool: true,
    tool: ToolPolicy.parse(spec.tool ?? {}),
    ...(spec.toContent ? { toContent: (output: unknown) => spec.toContent?.(output as z.output<O>) } : {}),
    run: (input, ctx) => spec.run(input as z.output<I>, ctx as ActionContext<z.output<S>>),
  };
}

/**
 * Declares a plugin: the default export of its folder.
 * @throws {Error} on ids or names that cannot be tool names, and on names and URIs that come twice.
 */
export function definePlugin(spec: PluginSpec): Plugin {
  const { id, actions = {}, resources = {}, prompts = {}, ...rest } = spec;
  Slug.parse(id);
  const reading = Object.entries(resources).map(([name, resource]) => carryOut('resource', name, resource));
  const getting = Object.entries(prompts).map(([name, prompt]) => carryOut('prompt', name, prompt));
  const named = [...Object.entries(actions), ...[...reading, ...getting].map(({ named }) => named)];
  for (const [name, action] of named) checkAction(spec, name, action);
  const plugin = {
    ...rest,
    id,
    pool: Slug.parse(spec.pool ?? 'default'),
    actions: Object.fromEntries(named),
    resources: reading.map(({ entry }) => entry),
    prompts: getting.map(({ entry }) => entry),
  };
  refuseTwice(
    id,
    'action',
    named.map(([name]) => name),
  );
  refuseTwice(
    id,
    'tool',
    named.flatMap(([, { publicName }]) => publicName ?? []),
  );
  refuseTwice(
    id,
    'resource',
    plugin.resources.map(({ uri }) => uri),
  );
  refuseTwice(
    id,
    'prompt',
    plugin.prompts.map(({ name }) => name),
  );
  return plugin;
}

/** The action that carries out a resource or a prompt, and the entry that names it. */
function carryOut<E>(
  kind: 'resource' | 'prompt',
  name: string,
  // Its own spec has its own input; from here on it is an action like any other.
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
  Slug.parse(name);
  if (`${id}__${name}`.length > MAX_TOOL_NAME)
    throw new Error(`${id}__${name} is longer than ${MAX_TOOL_NAME}`);
  // Else its ctx.settings would have a type that nobody checked.
  if (action.settings !== undefined && action.settings !== settings)
    throw new Error(`${id}.${name} declares settings that are not those of its plugin`);
}

function refuseTwice(id: string, kind: string, names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`Plugin ${id} has the ${kind} ${twice} twice`);
}
