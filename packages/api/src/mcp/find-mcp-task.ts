import { findMcpTask, type McpTaskRecord } from '@mcp-server/shared';
import { z } from 'zod';

import type { McpContext } from './exchange.ts';
import { unknownTask } from './refusals.ts';

/** The caller's own execution; admins see no more here. @throws {ProtocolError} that is the same for all others */
export async function findOwnMcpTask(
  { deps, principal }: Pick<McpContext, 'deps' | 'principal'>,
  id: string,
): Promise<McpTaskRecord> {
  // What is no id of ours is not looked for.
  const isId = z.uuid().safeParse(id).success;
  const found = isId && (await findMcpTask(deps.models.ExecutionModel, { id, ownerId: principal.userId }));
  if (!found) throw unknownTask();
  return found;
}
