import { Server } from '@modelcontextprotocol/server';

import { canRun } from '../services/executions/can-run.ts';
import { callTool } from './call-tool.ts';
import { complete, getPrompt, listAllPrompts } from './contributions/prompts.ts';
import { listAllResources, listTemplates, readResource } from './contributions/resources.ts';
import type { McpContext } from './exchange.ts';
import { buildGuard, type Guard } from './guard.ts';
import { TASKS_EXTENSION } from './names.ts';
import { handleTasks } from './tasks.ts';

const IDENTITY = { name: 'mcp-server', title: 'MCP server', version: '0.1.0' };

const INSTRUCTIONS =
  'Tools are durable jobs: they are retried, survive restarts and continue after the call has returned. A call that ' +
  'does not end within its wait returns a taskId: get its result with task_get (or tasks/get), stop it with task_cancel.';

/** Workers publish every few seconds, and tools that are not listed yet can already be called. */
const LIST_TTL_MS = 10_000;
const LIST_HINT = { ttlMs: LIST_TTL_MS, cacheScope: 'private' } as const;

/** Builds the protocol server for one request; nothing is shared with other requests. */
export function buildServer(mcp: McpContext): Server {
  const { deps, principal, era, toolbox, rounds } = mcp;
  const guard = buildGuard(deps.logger.child({ requestId: mcp.requestId }));
  const server = new Server(IDENTITY, {
    capabilities: {
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
      ...(era === 'modern' ? { extensions: { [TASKS_EXTENSION]: {} } } : {}),
    },
    instructions: INSTRUCTIONS,
    requestState: { verify: (state, ctx) => rounds.verify(state, ctx) },
    cacheHints: {
      'tools/list': LIST_HINT,
      'prompts/list': LIST_HINT,
      'resources/templates/list': LIST_HINT,
    },
  });
  server.setRequestHandler(
    'tools/list',
    guard(async () => ({ tools: canRun(principal, 'mcp') ? (await toolbox.list()).tools : [] })),
  );
  server.setRequestHandler(
    'tools/call',
    guard((request, ctx) => callTool(mcp, request, ctx)),
  );
  handleContributions(server, mcp, guard);
  if (era === 'modern') handleTasks(server, mcp, guard);
  return server;
}

function handleContributions(server: Server, mcp: McpContext, guard: Guard): void {
  server.setRequestHandler(
    'resources/list',
    guard(() => listAllResources(mcp)),
  );
  server.setRequestHandler(
    'resources/templates/list',
    guard(() => listTemplates(mcp)),
  );
  server.setRequestHandler(
    'resources/read',
    guard((request, ctx) => readResource(mcp, request, ctx)),
  );
  server.setRequestHandler(
    'prompts/list',
    guard(() => listAllPrompts(mcp)),
  );
  server.setRequestHandler(
    'prompts/get',
    guard((request, ctx) => getPrompt(mcp, request, ctx)),
  );
  server.setRequestHandler(
    'completion/complete',
    guard((request) => complete(mcp, request)),
  );
}
