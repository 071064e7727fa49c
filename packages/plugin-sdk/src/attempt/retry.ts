import type { KnownSecrets } from '../masking/known-secrets.ts';
import type { RetryPolicy } from '../schemas/policy.ts';
import type { DecidedEnd } from './attempt.ts';
import { type DescribedThrow, describeThrown } from './describe-error.ts';
import { readThrown } from './thrown.ts';

/** Longest delay that `retryAfterMs` may ask for: a day. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** Jitter of a fixed delay: it takes up to a quarter longer. */
const FIXED_JITTER = 0.25;

/**
 * Milliseconds until the next attempt. Jitter keeps executions that failed together from coming back together: a fixed delay
 * takes up to a quarter longer, an exponential one is anything up to its ceiling ("full jitter").
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attemptsUsed: number,
  random: () => number = Math.random,
): number {
  if (policy.backoff === 'fixed') return Math.round(policy.delayMs * (1 + FIXED_JITTER * random()));
  const ceiling = Math.min(policy.delayMs * 2 ** (attemptsUsed - 1), policy.maxDelayMs);
  return Math.round(ceiling * random());
}

/** Policy of an execution, the number of its counted attempts (this one included), and a source of jitter. */
export interface RetryState {
  policy: RetryPolicy;
  attemptsUsed: number;
  random?: (() => number) | undefined;
  secrets?: KnownSecrets | undefined;
}

/** End of an attempt whose action threw `error`. */
export function endAfterError(error: unknown, state: RetryState): DecidedEnd {
  const thrown = describeThrown(error, state.secrets);
  // By name, not by class: a plugin may bring its own copy of the SDK.
  const { name, retryAfterMs } = readThrown(error);
  // Another attempt would meet the same refusal.
  if (name === 'FatalError' || name === 'InputDeclined') return { kind: 'failed', ...thrown };
  return retryOrFail(thrown, state, name === 'RetryableError' ? retryAfterMs : undefined);
}

/** The next attempt if the policy has one left, else the end. */
export function retryOrFail(
  thrown: DescribedThrow,
  { policy, attemptsUsed, random }: RetryState,
  retryAfterMs?: number,
): DecidedEnd {
  if (attemptsUsed >= policy.attempts) return { kind: 'failed', ...thrown };
  const delayMs = retryAfterMs ?? retryDelayMs(policy, attemptsUsed, random);
  return { kind: 'retry', ...thrown, delayMs: Math.min(delayMs, MAX_RETRY_AFTER_MS) };
}
