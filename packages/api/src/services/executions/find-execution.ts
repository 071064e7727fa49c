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

/** The same, once it has ended or asks for input, or `waitMs` have passed. @throws {errors.NotFound} */
export async function awaitOwnExecution(
  deps: FindDeps,
  principal: Principal,
  { id, waitMs }: { id: string; waitMs: number },
): Promise<ExecutionRecord> {
  const execution = await findOwnExecution(deps, principal, id);
  if (waitMs === 0 || isEnded(execution.status) || !deps.queues.isReachable()) return execution;
  // Of a question that the caller sees already there is nothing more to hear.
  const waiter = deps.waiters.register(id, execution.status === 'input_required' ? 'end' : 'answer');
  try {
    const end = await waiter.ended(waitMs);
    return end ? await findOwnExecution(deps, principal, id) : execution;
  } finally {
    waiter.dispose();
  }
}

/** More of them are counted on nobody's fingers; `GET /api/executions` finds them all. */
const MAX_RERUNS = 100;

/** The ids of those that did an execution again, oldest first: they have the same owner. */
export const listOwnReruns = ({ models }: Pick<FindDeps, 'models'>, id: string): Promise<string[]> =>
  listReruns(models.ExecutionModel, { id, limit: MAX_RERUNS });
