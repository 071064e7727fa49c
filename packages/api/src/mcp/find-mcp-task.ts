import { findMcpTask, type McpTaskRecord } from '@mcp-server/shared';
import { z } from 'zod';

import type { McpContext } from './exchange.ts';
import { unknownTask } from './refusals.ts';

/** Finds the caller's own execution. Admins get no extra visibility. @throws {ProtocolError} the same for unknown ids */
export async function findOwnMcpTask(
  { deps, principal }: Pick<McpContext, 'deps' | 'principal'>,
  id: string,
): Promise<McpTaskRecord> {
  // Skip the lookup for ids that are not UUIDs.
  const isId = z.uuid().safeParse(id).success;
  const execution =
    isId && (await findMcpTask(deps.models.ExecutionModel, { id, ownerId: principal.userId }));
  if (!execution) throw unknownTask();
  return execution;
}
