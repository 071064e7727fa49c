import { randomUUID } from 'node:crypto';

import {
  type EndedExecution,
  type ExecutionStatus,
  isEnded,
  type McpTaskRecord,
  type SubmitDeps,
  type Submitted,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';
import { submitFor, type Work } from './can-run.ts';
import { findNoWorkerReason, type WaitReason } from './no-worker.ts';
import type { Wait, Waiter, Waiters } from './wait-for-end.ts';
import type { WaitCondition } from './waiting-room.ts';

export interface CallResponse {
  submitted: Submitted;
  /** Undefined if it did not end in time, or if the end cannot be observed because Redis is unavailable. */
  end: EndedExecution | undefined;
  /** Last known status; `input_required` if it asked, which also ends the wait. */
  status: ExecutionStatus;
  /** Set if no living worker has the action: the call did not wait. */
  reason?: WaitReason;
}

/** An accepted execution and a waiter for its end. The caller must dispose of the waiter. */
export interface AwaitedSubmission {
  submitted: Pick<Submitted, 'isRepeat' | 'isEnqueued'> & { execution: McpTaskRecord };
  waiter: Waiter;
}

/** Accepts an execution. The waiter is registered before the insert, so that no end is missed. */
export async function submitAwaited(
  deps: SubmitDeps & { waiters: Waiters },
  principal: Principal,
  work: Work,
  condition: WaitCondition,
): Promise<AwaitedSubmission & { submitted: Submitted }> {
  const id = randomUUID();
  const waiter = deps.waiters.register(id, condition);
  try {
    const submitted = await submitFor(deps, principal, { ...work, id });
    if (submitted.execution._id === id) return { submitted, waiter };
    waiter.dispose();
    return { submitted, waiter: deps.waiters.register(submitted.execution._id, condition) };
  } catch (error) {
    waiter.dispose();
    throw error;
  }
}

/** Accepts an execution and waits for its end or its first question; not at all if no living worker has the action. */
export async function executeAndWait(
  deps: SubmitDeps & { waiters: Waiters },
  principal: Principal,
  work: Work,
  wait: Wait,
): Promise<CallResponse> {
  const { submitted, waiter } = await submitAwaited(deps, principal, work, 'outcome');
  try {
    const { execution } = submitted;
    if (isEnded(execution.status)) return { submitted, status: execution.status, end: execution };
    const reason = await findNoWorkerReason(deps, submitted.execution);
    if (reason) return { submitted, status: submitted.execution.status, end: undefined, reason };
    const isWaiting = wait.ms > 0 && submitted.isEnqueued;
    const outcome = isWaiting ? await waiter.ended(wait) : undefined;
    const status = outcome?.status ?? submitted.execution.status;
    return { submitted, status, end: outcome && isEnded(outcome.status) ? outcome : undefined };
  } finally {
    waiter.dispose();
  }
}
