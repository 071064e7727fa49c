import { z } from 'zod';

import type { Answers, Question } from './question.ts';
import { Annotations, PublicName, ToolPolicy } from './schemas/catalogue.ts';
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

interface ActionSpec<I extends z.ZodType, O extends z.ZodType, S extends SettingsSchema> {
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
  actions: Readonly<Record<string, Action>>;
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

/** Declares a plugin: the default export of its folder. @throws {Error} on ids or names that cannot be tool names. */
export function definePlugin(spec: Omit<Plugin, 'pool'> & { pool?: string }): Plugin {
  Slug.parse(spec.id);
  for (const [name, action] of Object.entries(spec.actions)) {
    Slug.parse(name);
    if (`${spec.id}__${name}`.length > MAX_TOOL_NAME)
      throw new Error(`${spec.id}__${name} is longer than ${MAX_TOOL_NAME}`);
    // Else its ctx.settings would have a type that nobody checked.
    if (action.settings !== undefined && action.settings !== spec.settings)
      throw new Error(`${spec.id}.${name} declares settings that are not those of its plugin`);
  }
  return { ...spec, pool: Slug.parse(spec.pool ?? 'default') };
}
