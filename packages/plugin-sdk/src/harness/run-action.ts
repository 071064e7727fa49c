import { type Action, type ActionLog, FatalError } from '../action.ts';
import type { AttemptEnd, AttemptHost, AttemptProgress, AttemptRequest } from '../attempt/attempt.ts';
import { runAttempt } from '../attempt/run-attempt.ts';
import { StopError } from '../attempt/stop-error.ts';
import { KnownSecrets } from '../masking/known-secrets.ts';
import { addSecretSettings } from '../masking/secret-settings.ts';
import type { Plugin } from '../plugin.ts';
import { RetryPolicy } from '../schemas/policy.ts';
import { parseSecretHost } from '../secret-host.ts';
import type { ActionRun, AttemptSummary } from './action-run.ts';
import { type ExecutionMemory, openMemory } from './execution-memory.ts';

/** Limits of a worker with default settings. */
const MAX_RESULT_BYTES = 262_144;
const ABANDON_AFTER_MS = 5_000;

/** Options of `runAction`. */
export interface RunOptions {
  /** Settings of the plugin; checked against its schema as at the start of a worker. Default: none are set. */
  settings?: Readonly<Record<string, unknown>>;
  /** Answers to questions by key, in the shape of the protocol: see `accept` and `decline`. */
  answers?: Readonly<Record<string, unknown>>;
  /**
   * Secrets that `ctx.secret` finds, by name: a value, or a value with the hosts to which it may be sent. All of them grant the
   * plugin. Default: there are none.
   */
  secrets?: Readonly<Record<string, string | { value: string; hosts?: readonly string[] }>>;
  /** Cancels the execution when it aborts. */
  signal?: AbortSignal;
  /** Replaces fields of the action's retry policy, as a task may. */
  retry?: Partial<RetryPolicy>;
  /** Replaces the action's time limit. The limit runs in real time, so tests of a timeout set a short one. */
  timeoutMs?: number;
  /** How long an action may ignore its signal before it is abandoned. Default 5,000, in real time. */
  abandonAfterMs?: number;
  /** Limit of the result in bytes. Default 262,144. */
  maxResultBytes?: number;
  /** Called before each retry. Default: retries follow at once, and delays are only recorded. */
  waitForRetry?: (delayMs: number) => Promise<void>;
  /** Jitter of retry delays, from 0 to 1. Default: always 1, the longest delay that the policy allows. */
  random?: () => number;
  executionId?: string;
  userId?: string;
}

/**
 * Runs an action to its end the way a worker does, without services: the same checks, time limits, retries, and memory of
 * `ctx.once`. What the action throws ends up in `failure`.
 * @throws {TypeError} on an unknown action or an input that is not JSON. @throws {z.ZodError} on invalid settings.
 */
export async function runAction(
  plugin: Plugin,
  actionName: string,
  input: unknown = {},
  options: RunOptions = {},
): Promise<ActionRun> {
  const action = findAction(plugin, actionName);
  const memory = openMemory(options.answers ?? {});
  const { settings, secrets } = readSettings(plugin, options.settings ?? {});
  const base = buildRequest(action, input, settings, options);
  let attempt = 1;
  for (;;) {
    const end = await runOneAttempt(
      action,
      { ...base, attempt, questions: memory.questions() },
      { memory, secrets },
      options,
    );
    memory.attempts.push(summarise(end));
    if (end.kind === 'input_required' && memory.ask(end.inputs)) continue;
    if (end.kind === 'retry') {
      await options.waitForRetry?.(end.delayMs);
      attempt += 1;
      if (!options.signal?.aborted) continue;
      return memory.toRun({ kind: 'cancelled' });
    }
    return memory.toRun(end);
  }
}

function findAction(plugin: Plugin, name: string): Action {
  const action = Object.hasOwn(plugin.actions, name) ? plugin.actions[name] : undefined;
  if (action) return action;
  const names = Object.keys(plugin.actions).join(', ');
  throw new TypeError(`Plugin "${plugin.id}" has no action "${name}"; it has: ${names}.`);
}

/** Reads the settings as a worker does at its start, and remembers those that are secret. */
function readSettings({ settings: schema }: Plugin, given: Readonly<Record<string, unknown>>) {
  const secrets = new KnownSecrets();
  if (!schema) return { settings: Object.freeze({}), secrets };
  const parsed = schema.parse(given);
  addSecretSettings(secrets, schema, { given, parsed });
  return { settings: Object.freeze(parsed), secrets };
}

type RequestBase = Omit<AttemptRequest, 'attempt' | 'questions'>;

function buildRequest(action: Action, input: unknown, settings: unknown, options: RunOptions): RequestBase {
  const payload = JSON.stringify(input) as string | undefined;
  if (payload === undefined) throw new TypeError('The input is not JSON.');
  return {
    executionId: options.executionId ?? crypto.randomUUID(),
    userId: options.userId ?? 'test-user',
    payload,
    retry: RetryPolicy.parse({ ...action.retry, ...options.retry }),
    timeoutMs: options.timeoutMs ?? action.timeoutMs,
    settings,
    earlyAnswers: {},
  };
}

/** Reads secrets as a worker does. @throws {FatalError} with the code of an unknown secret. */
function readSecretsFrom(given: NonNullable<RunOptions['secrets']>): Pick<AttemptHost, 'readSecret'> {
  return {
    async readSecret(name) {
      const secret = Object.hasOwn(given, name) ? given[name] : undefined;
      if (secret === undefined)
        throw new FatalError(`There is no secret "${name}" for this execution.`, { code: 'SECRET_UNKNOWN' });
      if (typeof secret === 'string') return { value: secret, hosts: [] };
      return {
        value: secret.value,
        hosts: (secret.hosts ?? []).map((host) => parseSecretHost(host) ?? host),
      };
    },
  };
}

async function runOneAttempt(
  action: Action,
  request: AttemptRequest,
  { memory, secrets }: { memory: ExecutionMemory; secrets: KnownSecrets },
  options: RunOptions,
): Promise<AttemptEnd> {
  const { signal } = options;
  const controller = new AbortController();
  const cancel = () => controller.abort(new StopError('cancel'));
  if (signal?.aborted) cancel();
  signal?.addEventListener('abort', cancel);
  const host = {
    maxResultBytes: options.maxResultBytes ?? MAX_RESULT_BYTES,
    abandonAfterMs: options.abandonAfterMs ?? ABANDON_AFTER_MS,
    random: options.random ?? (() => 1),
    steps: memory.stepMemory,
    secrets,
    ...readSecretsFrom(options.secrets ?? {}),
    writeLog: (level: keyof ActionLog, text: string) => void memory.log.push({ level, text }),
    reportProgress: (progress: AttemptProgress) => void memory.progress.push(progress),
    // Its promise is left alone, as in a worker; a late rejection is not unhandled, because it was raced.
    onAbandoned: () => {},
  };
  try {
    return await runAttempt(action, request, host, controller);
  } finally {
    signal?.removeEventListener('abort', cancel);
  }
}

const failureOf = ({ failure, stack }: AttemptEnd & { kind: 'failed' | 'retry' }) => ({
  failure,
  ...(stack === undefined ? {} : { stack }),
});

function summarise(end: AttemptEnd): AttemptSummary {
  switch (end.kind) {
    case 'retry':
      return { outcome: 'retry', ...failureOf(end), delayMs: end.delayMs };
    case 'failed':
      return { outcome: 'failed', ...failureOf(end) };
    case 'hand_back':
    case 'lease_lost':
      throw new Error(`An attempt without a worker cannot end as ${end.kind}.`);
    default:
      return { outcome: end.kind };
  }
}
