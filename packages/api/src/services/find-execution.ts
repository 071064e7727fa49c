import { errors, type ExecutionRecord, findExecution, isEnded, type Models } from '@mcp-server/shared';

import type { ExecutionQueues } from '../redis/execution-queues.ts';
import { type Principal, visibleTo } from './principal.ts';
import type { Waiters } from './wait-for-end.ts';

interface FindDeps {
  models: Models;
  waiters: Waiters;
  queues: ExecutionQueues;
}

/** The caller's execution; another's is as unknown as one that never was. @throws {errors.NotFound} */
export async function findOwnExecution(
  { models }: Pick<FindDeps, 'models'>,
  principal: Principal,
  id: string,
): Promise<ExecutionRecord> {
  const execution = await findExecution(models.ExecutionModel, { id, ...visibleTo(principal) });
  if (!execution) throw new errors.NotFound('execution');
  return execution;
}

/** The same, once it has ended or `waitMs` have passed. @throws {errors.NotFound} */
export async function awaitOwnExecution(
  deps: FindDeps,
  principal: Principal,
  { id, waitMs }: { id: string; waitMs: number },
): Promise<ExecutionRecord> {
  const execution = await findOwnExecution(deps, principal, id);
  if (waitMs === 0 || isEnded(execution.status) || !deps.queues.isReachable()) return execution;
  const waiter = deps.waiters.register(id);
  try {
    const end = await waiter.ended(waitMs);
    return end ? await findOwnExecution(deps, principal, id) : execution;
  } finally {
    waiter.release();
  }
}
