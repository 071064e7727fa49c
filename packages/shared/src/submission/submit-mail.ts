import { randomUUID } from 'node:crypto';

import { acceptExecution } from '../executions/accept.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { MAIL_WORK, type MailPayload, SYSTEM_OWNER } from '../schemas/mail.ts';
import type { SubmitDeps } from './submission.ts';
import { enqueueAndAnnounce } from './submit-execution.ts';

/** A mail server that is away for a while, or that greylists, is met by trying until the link expires. */
const RETRY = { attempts: 12, backoff: 'exponential', delayMs: 1_000, maxDelayMs: 60_000 } as const;
const TIMEOUT_MS = 60_000;

/**
 * Accepts one mail as an execution of the server itself: durable and retried like every other. It passes neither the
 * catalogue, where the action is not listed, nor the limits of a user. @throws {errors.DatabaseUnavailable} {errors.AcceptUnknown}
 */
export async function submitMail(
  deps: Pick<SubmitDeps, 'models' | 'writes' | 'databaseClock' | 'queues' | 'events' | 'logger'> & {
    config: Pick<SubmitDeps['config'], 'MAX_CRASHES'>;
  },
  payload: MailPayload,
  { lifeMs }: { lifeMs: number },
): Promise<void> {
  const now = await deps.databaseClock.now();
  const record: ExecutionRecord = {
    _id: randomUUID(),
    ownerId: SYSTEM_OWNER,
    source: 'system',
    ...MAIL_WORK,
    pluginVersion: '1.0.0',
    payload: JSON.stringify(payload),
    policy: { retry: RETRY, timeoutMs: TIMEOUT_MS, onCrash: 'rerun', maxCrashes: deps.config.MAX_CRASHES },
    status: 'queued',
    isUnsettled: true,
    seq: 1,
    epoch: 0,
    attemptsUsed: 0,
    crashes: 0,
    handBacks: 0,
    attempts: [],
    deadlineAt: new Date(now.getTime() + lifeMs),
    priority: 'high',
    createdAt: now,
    updatedAt: now,
  };
  const { ExecutionModel } = deps.models;
  const acceptance = await acceptExecution(ExecutionModel, record, deps.writes.insert);
  if (acceptance.kind === 'accepted') await enqueueAndAnnounce(deps, acceptance.execution);
}
