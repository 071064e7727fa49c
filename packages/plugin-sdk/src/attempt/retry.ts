import type { RetryPolicy } from '../schemas/policy.ts';
import type { AttemptFailure, DecidedEnd } from './attempt.ts';
import { describeError } from './describe-error.ts';

/** Longest delay that `retryAfterMs` may ask for: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/**
 * Milliseconds until the next attempt: fixed or exponential up to the policy's cap, with full jitter, so that
 * executions that failed together do not come back together.
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attemptsUsed: number,
  random: () => number = Math.random,
): number {
  const ceiling =
    policy.backoff === 'fixed'
      ? policy.delayMs
      : Math.min(policy.delayMs * 2 ** (attemptsUsed - 1), policy.maxDelayMs);
  return Math.round(ceiling * random());
}

/** Policy of an execution, the number of its counted attempts (this one included), and a source of jitter. */
export interface RetryState {
  policy: RetryPolicy;
  attemptsUsed: number;
  random?: (() => number) | undefined;
}

/** End of an attempt whose action threw `error`. */
export function endAfterError(error: unknown, state: RetryState): DecidedEnd {
  const failure = describeError(error);
  // Another attempt would meet the same refusal.
  if (hasName(error, 'FatalError') || hasName(error, 'InputDeclined')) return { kind: 'failed', failure };
  return retryOrFail(failure, state, retryAfterOf(error));
}

/** The next attempt if the policy has one left, else the end. */
export function retryOrFail(
  failure: AttemptFailure,
  { policy, attemptsUsed, random }: RetryState,
  retryAfterMs?: number,
): DecidedEnd {
  if (attemptsUsed >= policy.attempts) return { kind: 'failed', failure };
  const delayMs = retryAfterMs ?? retryDelayMs(policy, attemptsUsed, random);
  return { kind: 'retry', failure, delayMs: Math.min(delayMs, MAX_RETRY_AFTER_MS) };
}

function retryAfterOf(error: unknown): number | undefined {
  if (!hasName(error, 'RetryableError') || !('retryAfterMs' in error)) return undefined;
  const { retryAfterMs } = error;
  return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined;
}

/** By name, not by class: a plugin may bring its own copy of the SDK. */
function hasName(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}
