import type { Server } from '@modelcontextprotocol/server';
import { z } from 'zod';

import { cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import { canAnswer, capabilitiesOf, requireTasks } from './capabilities.ts';
import { presentCurrentMcpTask } from './current-mcp-task.ts';
import type { McpContext } from './exchange.ts';
import { findOwnMcpTask } from './find-mcp-task.ts';
import { type Guard } from './guard.ts';
import { presentOutcome } from './mcp-task.ts';
import { storeAnswers, answersOf } from './rounds.ts';

const TaskParams = z.looseObject({ taskId: z.string() });
const Answer = z.looseObject({});

/** Registers the methods of the Tasks extension. */
export function handleTasks(server: Server, mcp: McpContext, guard: Guard): void {
  const { deps, principal } = mcp;
  const schemas = { params: TaskParams, result: Answer };
  server.setRequestHandler(
    'tasks/get',
    schemas,
    guard(async ({ taskId }, ctx) => {
      requireTasks(capabilitiesOf(mcp, ctx));
      const record = await findOwnMcpTask(mcp, taskId);
      const { task } = await presentCurrentMcpTask(mcp, record);
      const capabilities = capabilitiesOf(mcp, ctx);
      return { ...task, ...presentOutcome(record, (question) => canAnswer(capabilities, question)) };
    }),
  );
  server.setRequestHandler(
    'tasks/update',
    schemas,
    guard(async ({ taskId }, ctx) => {
      requireTasks(capabilitiesOf(mcp, ctx));
      await findOwnMcpTask(mcp, taskId);
      // The library moves `inputResponses` out of the parameters.
      await storeAnswers(mcp, taskId, answersOf(ctx));
      return {};
    }),
  );
  server.setRequestHandler(
    'tasks/cancel',
    schemas,
    guard(async ({ taskId }, ctx) => {
      requireTasks(capabilitiesOf(mcp, ctx));
      await findOwnMcpTask(mcp, taskId);
      await cancelOwnExecution(deps, principal, taskId);
      return {};
    }),
  );
}
