import {
  errors,
  type ExecutionRecord,
  findExecution,
  isEnded,
  listReruns,
  type Models,
} from '@mcp-server/shared';

import type { ExecutionQueues } from '../../redis/execution-queues.ts';
import { type Principal, visibleTo } from '../principal.ts';
import type { Wait, Waiters } from './wait-for-end.ts';

interface FindDeps {
  models: Models;
  waiters: Waiters;
  queues: ExecutionQueues;
}

/** Finds the caller's execution; those of others are not found either. @throws {errors.NotFound} */
export async function findOwnExecution(
  { models }: Pick<FindDeps, 'models'>,
  principal: Principal,
  id: string,
): Promise<ExecutionRecord> {
  const execution = await findExecution(models.ExecutionModel, { id, ...visibleTo(principal) });
  if (!execution) throw new errors.NotFound('execution');
  return execution;
}

/** Finds it, and waits until it ends or asks for input. @throws {errors.NotFound} */
export async function awaitOwnExecution(
  deps: FindDeps,
  principal: Principal,
  { id, wait }: { id: string; wait: Wait },
): Promise<ExecutionRecord> {
  const execution = await findOwnExecution(deps, principal, id);
  if (wait.ms === 0 || isEnded(execution.status) || !deps.queues.isReachable()) return execution;
  // The caller already sees the pending question, so wait only for the end.
  const waiter = deps.waiters.register(id, execution.status === 'input_required' ? 'end' : 'outcome');
  try {
    const end = await waiter.ended(wait);
    return end ? await findOwnExecution(deps, principal, id) : execution;
  } finally {
    waiter.dispose();
  }
}

/** Cap on ids returned inline; `GET /api/executions` lists them all. */
const MAX_RERUNS = 100;

/** Lists the ids of an execution's reruns, oldest first; they have the same owner. */
export const listOwnReruns = ({ models }: Pick<FindDeps, 'models'>, id: string): Promise<string[]> =>
  listReruns(models.ExecutionModel, { id, limit: MAX_RERUNS });
