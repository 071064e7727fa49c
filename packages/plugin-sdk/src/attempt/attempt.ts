import type { ActionLog } from '../action.ts';
import type { KnownSecrets } from '../masking/known-secrets.ts';
import type { InputMethod } from '../schemas/input.ts';
import type { RetryPolicy } from '../schemas/policy.ts';

/** A question as stored. `answer` is JSON text and absent while the question is open. */
export interface StoredQuestion {
  key: string;
  answer?: string | undefined;
}

/** A secret as an attempt reads it. */
export interface SecretValue {
  readonly value: string;
  /** Hosts to which it may be sent; see `hostOf`. */
  readonly hosts: readonly string[];
}

/** An execution as one attempt sees it. Does not change during the attempt. */
export interface AttemptRequest {
  readonly executionId: string;
  readonly userId: string;
  /** Number of this attempt among the counted ones, starting at 1. */
  readonly attempt: number;
  /** JSON text. */
  readonly payload: string;
  readonly retry: RetryPolicy;
  readonly timeoutMs: number;
  readonly settings: unknown;
  /** Questions of earlier attempts. */
  readonly questions: readonly StoredQuestion[];
  /** Answers given before any question was asked, by key. */
  readonly earlyAnswers: Readonly<Record<string, unknown>>;
}

/** Progress as reported by the action; `message` is masked and capped. */
export interface AttemptProgress {
  done: number;
  total?: number;
  message?: string;
}

/** Memory of `ctx.once` over attempts. Results are JSON text. Each method rejects with a StopError if the lease is lost. */
export interface StepMemory {
  /** Size of the steps that earlier attempts stored; see `stepBytes`. */
  readonly storedBytes: number;
  /** Result of a step that ended, or undefined. */
  read(name: string): Promise<string | undefined>;
  start(name: string): Promise<void>;
  end(name: string, result: string): Promise<void>;
}

/**
 * Value read by a run that belongs to its execution alone: `owner` is the user id, `execution` the id of the execution,
 * `step` the result of a step of `ctx.once` that an earlier attempt ran.
 */
export type Reading = 'owner' | 'execution' | 'secret' | 'answer' | 'step';

/** Storage and limits provided by the process that runs an attempt: durable in a worker, records in the test harness. */
export interface AttemptHost {
  readonly maxResultBytes: number;
  /** How long an aborted action may take to stop before it is abandoned. */
  readonly abandonAfterMs: number;
  readonly steps: StepMemory;
  /** Values that are masked in every text and result of the attempt. Grows by the secrets that the attempt reads. */
  readonly secrets?: KnownSecrets;
  /** Jitter of retry delays, from 0 to 1. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Reads a secret that the action may have. Without it there are none.
   * @throws {FatalError} if there is none, or it does not grant the plugin.
   */
  readSecret?(name: string): Promise<SecretValue>;
  /** Called for each reading, before the action has the value. */
  noteReading?(reading: Reading): void;
  /** Takes a log line, which is masked and capped. */
  writeLog(level: keyof ActionLog, text: string): void;
  reportProgress(progress: AttemptProgress): void;
  /** Called with the promise of an action that did not stop in time. */
  onAbandoned(left: Promise<unknown>): void;
}

/** A question as an attempt asks it; `params` is JSON text. */
export interface AskedQuestion {
  key: string;
  method: InputMethod;
  params: string;
}

/** Why an attempt failed, safe to store and to show. */
export interface AttemptFailure {
  kind: 'error' | 'timeout' | 'invalid_input' | 'invalid_output';
  message: string;
  code?: string;
}

/**
 * End of an attempt that a policy, a check or the action decided. `result` and `content` are JSON text. `stack` is that of an error
 * which the plugin threw, masked; it shows places in the plugin's code, so it is for its authors and operators only.
 */
export type DecidedEnd =
  | { kind: 'completed'; result: string; content?: string }
  | { kind: 'failed'; failure: AttemptFailure; stack?: string }
  | { kind: 'retry'; failure: AttemptFailure; stack?: string; delayMs: number };

/** How an attempt ended. `hand_back` and `lease_lost` are not ends of the execution. */
export type AttemptEnd =
  | DecidedEnd
  /** It asked and stopped; nothing is counted as used. */
  | { kind: 'input_required'; inputs: readonly AskedQuestion[] }
  | { kind: 'cancelled' }
  | { kind: 'hand_back'; hasBegun: boolean }
  | { kind: 'lease_lost' };

/** State of a running attempt. */
export interface Attempt {
  readonly request: AttemptRequest;
  readonly host: AttemptHost;
  readonly controller: AbortController;
  /** Steps of `ctx.once` that are running or done, so that two calls with one name share one effect. */
  readonly steps: Map<string, Promise<unknown>>;
  readonly secrets: {
    /** Secrets by name that this attempt has read. */
    readonly readings: Map<string, Promise<SecretValue>>;
    /** Their values, without those of settings. */
    readonly values: KnownSecrets;
  };
  /** Size of all stored steps of the execution. */
  stepBytes: number;
  readonly questions: {
    /** Unanswered questions by key: the attempt ends with them, whatever the action does afterwards. */
    readonly open: Map<string, AskedQuestion>;
    /** Number of questions without a key so far. */
    unnamed: number;
    /** True after the turn in which the first open question was asked: later questions may depend on its answer. */
    isClosed: boolean;
  };
}
