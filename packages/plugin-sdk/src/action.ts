import type { z } from 'zod';

import type { Answers, Question } from './question.ts';
import { Annotations, ToolPolicy } from './schemas/catalogue.ts';
import type { ContentBlock } from './schemas/content.ts';
import { CachePolicy, type OnCrash, RetryPolicy } from './schemas/policy.ts';

const DEFAULT_TIMEOUT_MS = 60_000;

/** Log lines of an action, in the worker's log under the execution's id. Secrets are masked; at most 1,000 lines of 2,000 characters. */
export type ActionLog = Record<'debug' | 'info' | 'warn' | 'error', (text: string) => void>;

/** Options of `ctx.secret`. */
export interface SecretOptions {
  /** Address to which the value is about to be sent. */
  url?: string | URL;
}

/** Second argument of `run`: the execution, and what the worker offers to it. */
export interface ActionContext<Settings = unknown> {
  /** Id of the execution; the same in every attempt. */
  readonly executionId: string;
  /** Number of this attempt, starting at 1. Crashes and hand-backs to the queue are not counted. */
  readonly attempt: number;
  /** Key to send with side effects. It is the same in every attempt, so that the receiver can recognise a repeat. */
  readonly idempotencyKey: string;
  /** Id of the user who owns the execution. */
  readonly userId: string;
  /** Aborts on cancel, timeout, shutdown and when another worker took over. Stop the work then. */
  readonly signal: AbortSignal;
  readonly log: ActionLog;
  /** Reports progress. Cheap to call: the newest value is stored about once a second. */
  readonly progress: (done: number, total?: number, message?: string) => void;
  /**
   * Runs `fn` once per execution and returns its JSON result in later attempts too. `fn` runs again only if the worker
   * dies, or loses its lease, inside it.
   * @throws {FatalError} if the result is not JSON or is larger than 64 KiB.
   */
  readonly once: <T>(name: string, fn: () => Promise<T> | T) => Promise<T>;
  /**
   * Asks the requester. If unanswered, the attempt ends and no worker is held; once answered, the action runs again from its
   * beginning and this call returns the answer. `key` names the question in every attempt. Without it the keys are `input-1`,
   * `input-2`, … in the order of the calls, which must then be the same in every attempt.
   * @throws {InputDeclined} if the requester declined or cancelled.
   */
  readonly requestInput: <S extends z.ZodObject>(
    schema: S,
    message: string,
    options?: { key?: string },
  ) => Promise<z.output<S>>;
  /** Asks several questions at once, built with `elicit`, `sampleModel` and `listRoots`. @throws {InputDeclined} */
  readonly requestInputs: <Q extends Record<string, Question<unknown>>>(questions: Q) => Promise<Answers<Q>>;
  /**
   * Reads a secret by name: the one of the execution's owner, or else a global one. It must grant this plugin. The value is
   * masked in logs, progress, results and errors of the run. With `url`, the secret must also name the host of that address;
   * ask again after each redirect. The value is the same in all of an attempt.
   * @throws {FatalError} with the code `SECRET_UNKNOWN`, `SECRET_NOT_GRANTED`, `SECRET_HOST` or `SECRET_UNREADABLE`.
   */
  readonly secret: (name: string, options?: SecretOptions) => Promise<string>;
  /** Settings of the plugin, read from the worker's environment and checked against the `settings` schema at its start. */
  readonly settings: Settings;
}

/** Settings of a plugin. Each field is read from one text in the environment, so fields coerce and have defaults. */
export type SettingsSchema = z.ZodObject;

/** Thrown by an action to ask for another attempt. `retryAfterMs` replaces the backoff of the policy; attempts are still counted. */
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

/** Thrown by an action when another attempt cannot help: the execution fails at once. */
export class FatalError extends Error {
  override name = 'FatalError';
  readonly code: string | undefined;
  constructor(message: string, options: { code?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/** Argument of `defineAction`. */
export interface ActionSpec<I extends z.ZodType, O extends z.ZodType, S extends SettingsSchema> {
  title: string;
  description: string;
  /** Schema of the payload: a zod object, because it is also the input of a tool. */
  input: I;
  /** Schema of the result. */
  output: O;
  /** Time limit of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  /** How failed attempts are repeated. */
  retry?: Partial<RetryPolicy>;
  annotations?: Annotations;
  /**
   * For an action with `annotations.readOnly` only: a result is used again for `ttlMs` milliseconds when the same user sends the
   * same payload, and with `shared` when another one does. A result is kept for its owner alone if the run read `ctx.userId`,
   * `ctx.executionId` or `ctx.idempotencyKey`, and not at all if it read a secret, an answer
   * or a step of an earlier attempt.
   */
  cache?: z.input<typeof CachePolicy>;
  /** Default: `fail` for destructive actions that are not idempotent, else `rerun`. */
  onCrash?: OnCrash;
  /** The settings schema of the plugin. It gives `ctx.settings` its type. */
  settings?: S;
  /** Name of the tool instead of `plugin__action`. */
  publicName?: string;
  /** Behaviour as a tool of the Model Context Protocol. */
  tool?: z.input<typeof ToolPolicy>;
  /** Converts the output to what people and models see. Default: the output as JSON. Must have no side effects. */
  toContent?(output: z.output<O>): ContentBlock[];
  run(input: z.output<I>, ctx: ActionContext<z.output<S>>): Promise<z.input<O>> | z.input<O>;
}

/** One callable thing of a plugin, with defaults filled in; built by `defineAction`. */
export interface Action {
  title: string;
  description: string;
  input: z.ZodType;
  output: z.ZodType;
  timeoutMs: number;
  retry: RetryPolicy;
  annotations: Annotations;
  cache?: CachePolicy;
  onCrash: OnCrash;
  settings?: SettingsSchema;
  publicName?: string;
  /** False for the backing action of a resource or a prompt. */
  isTool: boolean;
  tool: ToolPolicy;
  toContent?(output: unknown): unknown;
  run(input: unknown, ctx: ActionContext): unknown;
}

/**
 * Declares an action; the types of `run` follow from the schemas. `definePlugin` checks it, because a problem is named with its
 * plugin and the name of the action.
 */
export function defineAction<
  I extends z.ZodType,
  O extends z.ZodType,
  S extends SettingsSchema = SettingsSchema,
>(spec: ActionSpec<I, O, S>): Action {
  const annotations = parseOrKeep(Annotations, spec.annotations ?? {});
  const isRepeatUnsafe = annotations.destructive === true && annotations.idempotent !== true;
  const isCallable = typeof spec.run === 'function';
  return {
    title: spec.title,
    description: spec.description,
    input: spec.input,
    output: spec.output,
    timeoutMs: spec.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    retry: parseOrKeep(RetryPolicy, spec.retry ?? {}),
    annotations,
    ...(spec.cache === undefined ? {} : { cache: parseOrKeep(CachePolicy, spec.cache) }),
    onCrash: spec.onCrash ?? (isRepeatUnsafe ? 'fail' : 'rerun'),
    ...(spec.settings === undefined ? {} : { settings: spec.settings }),
    ...(spec.publicName === undefined ? {} : { publicName: spec.publicName }),
    isTool: true,
    tool: parseOrKeep(ToolPolicy, spec.tool ?? {}),
    ...(spec.toContent ? { toContent: (output: unknown) => spec.toContent?.(output as z.output<O>) } : {}),
    // Left out if it is not a function, so that the check of the plugin finds it missing.
    run: isCallable
      ? (input, ctx) => spec.run(input as z.output<I>, ctx as ActionContext<z.output<S>>)
      : (undefined as never),
  };
}

/** The parsed value with its defaults; an invalid one as it is, which the check of the plugin refuses. */
function parseOrKeep<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const parsed = schema.safeParse(value);
  return parsed.success ? parsed.data : (value as z.output<S>);
}
