import { type AttemptEnd, describeThrown } from '@mcp-server/plugin-sdk/attempt';
import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';

import type { Deps } from '../deps.ts';
import type { Run } from './runs.ts';

/**
 * Logs how an attempt ended. A failure of the plugin is a line at level `error` with its message and stack, both masked. A payload
 * that does not fit is the caller's failure, and its message may quote the payload: only its kind is logged.
 */
export function logAttempt(deps: Deps, { execution }: Run, end: AttemptEnd): void {
  const startedAt = execution.attempts.at(-1)?.startedAt.getTime() ?? Date.now();
  const facts = {
    executionId: execution._id,
    requestId: execution.requestId,
    plugin: execution.plugin,
    action: execution.action,
    attempt: execution.attemptsUsed + 1,
    epoch: execution.epoch,
    durationMs: Date.now() - startedAt,
    outcome: end.kind,
  };
  if (end.kind !== 'failed' && end.kind !== 'retry') {
    deps.log.info(facts, 'attempt ended');
    return;
  }
  const { failure, stack } = end;
  const { kind, ...error } = failure;
  if (kind === 'invalid_input' && stack === undefined)
    deps.log.info({ ...facts, failureKind: kind }, 'attempt ended');
  else deps.log.error({ ...facts, failureKind: kind, err: { ...error, stack } }, 'attempt failed');
}

/** Fields of an error that a plugin may have thrown, masked. */
export function describeForLog(error: unknown, secrets: KnownSecrets): Record<string, unknown> {
  const { failure, stack } = describeThrown(error, secrets);
  return { message: failure.message, code: failure.code, stack };
}
