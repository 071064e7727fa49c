import { randomUUID } from 'node:crypto';

import { type ExecutionRecord, type InputRecord, fingerprintOf } from '@mcp-server/shared';

/** Accepted execution of `sample.echo`; `changes` override its fields. */
export function buildExecution(changes: Partial<ExecutionRecord> = {}): ExecutionRecord {
  const now = new Date();
  return {
    _id: randomUUID(),
    ownerId: '0123456789abcdef01234567',
    source: 'execute',
    plugin: 'sample',
    action: 'echo',
    pluginVersion: '1.0.0',
    pool: 'default',
    payload: '{"message":"hello"}',
    policy: {
      retry: { attempts: 3, backoff: 'fixed', delayMs: 50, maxDelayMs: 1_000 },
      timeoutMs: 60_000,
      onCrash: 'rerun',
      maxCrashes: 3,
    },
    status: 'queued',
    isUnsettled: true,
    seq: 1,
    epoch: 0,
    attemptsUsed: 0,
    crashes: 0,
    handBacks: 0,
    attempts: [],
    priority: 'normal',
    createdAt: now,
    updatedAt: now,
    ...changes,
  };
}

/** Open question for the roots of a client, under the key `roots`. */
export const askForRoots = (): InputRecord => ({
  key: 'roots',
  method: 'roots/list',
  params: '{}',
  epoch: 1,
  askedAt: new Date(),
});

/** Execution of `sample.echo` that failed with this message, as a worker would have written it. */
export function buildFailure(message: string, changes: Partial<ExecutionRecord> = {}): ExecutionRecord {
  const failure = { kind: 'error', message } as const;
  const execution = buildExecution({ status: 'failed', failure, endedAt: new Date(), ...changes });
  return { ...execution, settledAt: new Date(), fingerprint: fingerprintOf(execution, failure) };
}
