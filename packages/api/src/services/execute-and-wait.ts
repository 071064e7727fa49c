import { randomUUID } from 'node:crypto';

import {
  type EndedExecution,
  type Submission,
  type SubmitDeps,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import type { Waiter, Waiters } from './wait-for-end.ts';

export interface Answer {
  submitted: Submitted;
  /** Undefined when it did not end in time, or when nobody can tell in time because Redis is away. */
  end: EndedExecution | undefined;
}

/** Accepts an execution and waits a while for its end. */
export async function executeAndWait(
  deps: SubmitDeps & { waiters: Waiters },
  submission: Submission,
  waitMs: number,
): Promise<Answer> {
  const id = randomUUID();
  const waiter = deps.waiters.register(id);
  try {
    const submitted = await submitExecution(deps, { ...submission, id });
    const { execution, isEnqueued } = submitted;
    if (waitMs === 0 || !isEnqueued) return { submitted, end: undefined };
    if (execution._id === id) return { submitted, end: await waiter.ended(waitMs) };
    return { submitted, end: await waitFor(deps.waiters.register(execution._id), waitMs) };
  } finally {
    waiter.release();
  }
}

async function waitFor(waiter: Waiter, waitMs: number): Promise<EndedExecution | undefined> {
  try {
    return await waiter.ended(waitMs);
  } finally {
    waiter.release();
  }
}
