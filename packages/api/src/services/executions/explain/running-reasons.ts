import { type ExecutionRecord, leaseLapsesAt, type Reason } from '@mcp-server/shared';

import { formatDuration } from './duration.ts';

/** Explains a run: its worker and duration, or that its lease has lapsed. */
export function explainRun(execution: ExecutionRecord, now: Date): Reason {
  const { lease, attempts, attemptsUsed, policy, progress, crashes } = execution;
  const startedAt = attempts.at(-1)?.startedAt ?? now;
  const worker = lease?.worker ?? attempts.at(-1)?.worker;
  if (hasLapsed(execution, now) && lease) {
    const lapsedAt = leaseLapsesAt(lease, crashes);
    return {
      code: 'lease_lapsed',
      text:
        `The lease of worker ${lease.worker} lapsed ${formatDuration(now.getTime() - lapsedAt.getTime())} ago, so the worker ` +
        'is considered dead. The execution will be redelivered.',
      since: lapsedAt.toISOString(),
      worker: lease.worker,
    };
  }
  const forMs = Math.max(0, now.getTime() - startedAt.getTime());
  const attempt = attemptsUsed + 1;
  return {
    code: 'running',
    text:
      `Running for ${formatDuration(forMs)} on worker ${worker ?? 'unknown'}, attempt ${attempt} of ` +
      `${policy.retry.attempts}.${formatProgress(progress)}`,
    since: startedAt.toISOString(),
    forMs,
    attempt,
    attempts: policy.retry.attempts,
    ...(worker === undefined ? {} : { worker }),
    ...(lease ? { until: lease.until.toISOString() } : {}),
    ...(progress ? { progress } : {}),
  };
}

/** True if the worker did not renew the lease in time, so that another one may take the execution over. */
export const hasLapsed = ({ status, lease, crashes }: ExecutionRecord, now: Date): boolean =>
  status === 'running' && lease !== undefined && leaseLapsesAt(lease, crashes) < now;

function formatProgress(progress: ExecutionRecord['progress']): string {
  if (!progress) return '';
  const { done, total, message } = progress;
  const of = total === undefined ? String(done) : `${done} of ${total}`;
  return ` Progress: ${of}${message === undefined ? '' : `, ${message}`}.`;
}

/** Explains a requested cancel. */
export function explainCancel({ cancel }: ExecutionRecord): Reason[] {
  if (!cancel) return [];
  const text = `Account ${cancel.by} requested to cancel it; its worker stops it within seconds.`;
  return [{ code: 'cancel_requested', text, since: cancel.at.toISOString(), by: cancel.by }];
}

/** Explains past crashes: each worker starts one such execution at a time. */
export function explainSuspicion({ crashes, policy }: ExecutionRecord): Reason[] {
  if (crashes === 0) return [];
  const times = crashes === 1 ? 'once' : `${crashes} times`;
  const text =
    `Its process died ${times} while running it (limit ${policy.maxCrashes}), so it is a suspect: each worker starts only ` +
    'one suspect at a time, with a longer delay after every crash.';
  return [{ code: 'suspect', text, crashes, maxCrashes: policy.maxCrashes }];
}
