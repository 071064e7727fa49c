import { endUnreadable, type ExecutionRecord, findMissingFields, readExecution } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { settle } from './settle.ts';

/**
 * Ends an execution that misses fields it needs, and settles it; undefined if it can run, or another process came first.
 * `token`: of the claim that this process holds.
 */
export async function endIfUnreadable(
  deps: Deps,
  execution: Pick<ExecutionRecord, '_id'>,
  { token }: { token?: string } = {},
): Promise<ExecutionRecord | undefined> {
  const pointers = findMissingFields(execution);
  if (pointers.length === 0) return undefined;
  const { _id: id } = execution;
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  const ended = await endUnreadable(deps.models.ExecutionModel, { id, token, pointers, retentionSeconds });
  if (!ended) return undefined;
  deps.log.error({ executionId: id, pointers }, 'execution ended: its record cannot be read');
  await settle(deps, ended);
  return ended;
}

/** Reads an execution that a write refused, and ends it if its record is the reason. */
export async function endRefused(deps: Deps, id: string): Promise<ExecutionRecord | undefined> {
  const reading = await readExecution(deps.models.ExecutionModel, id);
  return reading && endIfUnreadable(deps, reading.execution);
}
