import type { ActionLog } from '../action.ts';
import type { AttemptFailure, AttemptProgress } from '../attempt/attempt.ts';
import type { InputMethod } from '../schemas/input.ts';

/** One attempt as it ended. */
export interface AttemptSummary {
  outcome: 'completed' | 'failed' | 'retry' | 'input_required' | 'cancelled';
  failure?: AttemptFailure;
  /** Stack of the error that the action threw, masked. */
  stack?: string;
  /** Delay before the next attempt in milliseconds, if the outcome is `retry`. */
  delayMs?: number;
}

/** A question that `answers` does not answer. */
export interface OpenQuestion {
  key: string;
  method: InputMethod;
  params: Record<string, unknown>;
}

export interface LogLine {
  level: keyof ActionLog;
  text: string;
}

/** An execution as it ended, or as it waits for input. */
export interface ActionRun {
  status: 'completed' | 'failed' | 'cancelled' | 'input_required';
  /** The result after a round trip through JSON, if completed. */
  result?: unknown;
  /** Output of `toContent`, if completed. */
  content?: unknown;
  failure?: AttemptFailure;
  /** Unanswered questions, if the status is `input_required`. */
  questions: OpenQuestion[];
  attempts: AttemptSummary[];
  /** Every call of `ctx.progress`. */
  progress: AttemptProgress[];
  log: LogLine[];
  /** Results of `ctx.once` by name. */
  steps: Record<string, unknown>;
}
