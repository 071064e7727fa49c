import type { RetryPolicy } from '@mcp-server/plugin-sdk/schemas';
import type { Failure, RunEnd } from '@mcp-server/shared';

import { describeError } from './describe-error.ts';

/** A receiver may not push the next attempt further away than this, whatever it answers. */
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

/** How an attempt ends whose action threw `error`, the `attemptsUsed`-th counted one (this one included). */
export function endAfterError(error: unknown, policy: RetryPolicy, attemptsUsed: number): RunEnd {
  const failure = describeError(error);
  // A repeat would find the same refusal.
  if (hasName(error, 'FatalError') || hasName(error, 'InputDeclined')) return { kind: 'failed', failure };
  return retryOrFail(failure, policy, attemptsUsed, retryAfterOf(error));
}

/** The next attempt when the policy has one left, else the end. */
export function retryOrFail(
  failure: Failure,
  policy: RetryPolicy,
  attemptsUsed: number,
  retryAfterMs?: number,
): RunEnd {
  if (attemptsUsed >= policy.attempts) return { kind: 'failed', failure };
  const delayMs = retryAfterMs ?? retryDelayMs(policy, attemptsUsed);
  return { kind: 'retry', failure, delayMs: Math.min(delayMs, MAX_RETRY_AFTER_MS) };
}

function retryAfterOf(error: unknown): number | undefined {
  if (!hasName(error, 'RetryableError') || !('retryAfterMs' in error)) return undefined;
  const { retryAfterMs } = error;
  return typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? retryAfterMs : undefined;
}

/** By name, not by class: a plugin package may bring its own copy of the contract. */
function hasName(error: unknown, name: string): error is Error {
  return error instanceof Error && error.name === name;
}
