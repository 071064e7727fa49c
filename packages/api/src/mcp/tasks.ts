import {
  MissingRequiredClientCapabilityError,
  type Server,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

import { cancelOwnExecution } from '../services/cancel-execution.ts';
import { capabilitiesOf, knowsTasks, type Scope } from './exchange.ts';
import { findOwnTask } from './find-task.ts';
import { type Guard } from './guard.ts';
import { presentMcpTask, presentOutcome } from './mcp-task.ts';
import { TASKS_EXTENSION } from './names.ts';

const TaskParams = z.looseObject({ taskId: z.string() });
const Answer = z.looseObject({});

/** The methods of the Tasks extension. */
export function handleTasks(server: Server, scope: Scope, guard: Guard): void {
  const { deps, principal } = scope;
  const schemas = { params: TaskParams, result: Answer };
  server.setRequestHandler(
    'tasks/get',
    schemas,
    guard(async ({ taskId }, ctx) => {
      requireTasks(scope, ctx);
      const record = await findOwnTask(scope, taskId);
      const usual = await deps.usualTimes.read(record);
      const task = presentMcpTask(record, usual, deps.config.EXECUTION_RETENTION_SECONDS);
      return { ...task, ...presentOutcome(record) };
    }),
  );
  server.setRequestHandler(
    'tasks/cancel',
    schemas,
    guard(async ({ taskId }, ctx) => {
      requireTasks(scope, ctx);
      await findOwnTask(scope, taskId);
      await cancelOwnExecution(deps, principal, taskId);
      return {};
    }),
  );
}

/** @throws {MissingRequiredClientCapabilityError} before anything is looked for */
function requireTasks(scope: Scope, ctx: ServerContext): void {
  if (knowsTasks(capabilitiesOf(scope, ctx))) return;
  throw new MissingRequiredClientCapabilityError({
    requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
  });
}
