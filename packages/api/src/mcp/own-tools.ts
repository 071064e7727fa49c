import type { Tool } from '@modelcontextprotocol/server';

import { TASK_CANCEL, TASK_GET } from './names.ts';

/** Maximum wait of `task_get` in seconds; below the timeouts of common clients. */
export const MAX_TASK_WAIT_SECONDS = 45;

const taskId = { type: 'string', format: 'uuid', description: 'The taskId that the call returned' };

/** Plain tools with which clients without the Tasks extension follow their calls. */
export const OWN_TOOLS: Tool[] = [
  {
    name: TASK_GET,
    title: 'Get a task',
    description:
      'Status of a call that did not end within its wait, and its result once it has ended. With waitSeconds it returns ' +
      'as soon as the call ends.',
    inputSchema: {
      type: 'object',
      properties: {
        taskId,
        waitSeconds: { type: 'number', minimum: 0, maximum: MAX_TASK_WAIT_SECONDS, default: 0 },
      },
      required: ['taskId'],
      additionalProperties: false,
    },
    annotations: { title: 'Get a task', readOnlyHint: true, openWorldHint: false },
  },
  {
    name: TASK_CANCEL,
    title: 'Cancel a task',
    description: 'Stops a running call. A call that has ended is not changed.',
    inputSchema: {
      type: 'object',
      properties: { taskId },
      required: ['taskId'],
      additionalProperties: false,
    },
    annotations: {
      title: 'Cancel a task',
      destructiveHint: true,
      idempotentHint: true,
      openWorldHint: false,
    },
  },
];
