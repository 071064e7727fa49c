import { findExecution, listExecutions, matchUri, type ResourceContents } from '@mcp-server/shared';
import {
  type ListResourcesResult,
  type ListResourceTemplatesResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceRequest,
  type ReadResourceResult,
  type ServerContext,
} from '@modelcontextprotocol/server';
import { z } from 'zod';

import { presentExecution } from '../../services/executions/present-execution.ts';
import type { McpContext } from '../exchange.ts';
import { runAction } from '../run.ts';
import { listResources, resultOf } from './contribution.ts';

const EXECUTION_URI = 'execution://';
const JSON_TYPE = 'application/json';
/** Number of the caller's newest executions in the list; all of them can be read. */
const LISTED_EXECUTIONS = 20;
/** Code of the `FatalError` with which an action reports that nothing exists at a URI. */
const NOT_FOUND_CODE = 'NOT_FOUND';

/** Lists the resources of plugins, then the caller's newest executions. */
export async function listAllResources(mcp: McpContext): Promise<ListResourcesResult> {
  const contributed = (await listResources(mcp)).filter(
    ({ isTemplate, isListed }) => !isTemplate && isListed,
  );
  const { rows: newest } = await listExecutions(mcp.deps.models.ExecutionModel, {
    filter: { ownerId: mcp.principal.userId },
    limit: LISTED_EXECUTIONS,
  });
  return {
    resources: [
      ...contributed.map((entry) => Object.assign(describe(entry), { uri: entry.uri })),
      ...newest.map(({ _id, plugin, action, status }) => ({
        uri: EXECUTION_URI + _id,
        name: _id,
        title: `${plugin}.${action}`,
        description: `Execution, ${status}`,
        mimeType: JSON_TYPE,
      })),
    ],
  };
}

export async function listTemplates(mcp: McpContext): Promise<ListResourceTemplatesResult> {
  const contributed = (await listResources(mcp)).filter(({ isTemplate, isListed }) => isTemplate && isListed);
  return {
    resourceTemplates: [
      {
        uriTemplate: `${EXECUTION_URI}{id}`,
        name: 'execution',
        title: 'Execution',
        description: 'One of your executions: its status, attempts and result',
        mimeType: JSON_TYPE,
      },
      ...contributed.map((entry) => Object.assign(describe(entry), { uriTemplate: entry.uri })),
    ],
  };
}

interface Described {
  name: string;
  title: string;
  description: string;
  mimeType?: string | undefined;
}

const describe = ({ name, title, description, mimeType }: Described) => ({
  name,
  title,
  description,
  ...(mimeType === undefined ? {} : { mimeType }),
});

/** Reads one of the caller's executions, or runs the action behind a resource. @throws {ProtocolError} */
export async function readResource(
  mcp: McpContext,
  { params: { uri } }: ReadResourceRequest,
  ctx: ServerContext,
): Promise<ReadResourceResult> {
  if (uri.startsWith(EXECUTION_URI)) return readExecution(mcp, uri);
  const all = await listResources(mcp);
  const resource =
    all.find((entry) => !entry.isTemplate && entry.uri === uri) ??
    all.find((entry) => entry.isTemplate && matchUri(entry.uri, uri) !== undefined);
  if (!resource) throw unknownResource(uri);
  const state = await runAction(
    mcp,
    ctx,
    { plugin: resource.plugin, action: resource.action, payload: { uri } },
    { waitMs: mcp.deps.config.MCP_WAIT_SECONDS * 1_000, cancelsWhenGone: mcp.era === 'modern' },
  );
  if (state.kind === 'asks') return state.request as unknown as ReadResourceResult;
  if (state.kind === 'ended' && state.end.failure?.code === NOT_FOUND_CODE) throw unknownResource(uri);
  return { contents: JSON.parse(resultOf(state)) as ResourceContents };
}

async function readExecution({ deps, principal }: McpContext, uri: string): Promise<ReadResourceResult> {
  const id = z.uuid().safeParse(uri.slice(EXECUTION_URI.length)).data;
  const execution =
    id !== undefined && (await findExecution(deps.models.ExecutionModel, { id, ownerId: principal.userId }));
  if (!execution) throw unknownResource(uri);
  return { contents: [{ uri, mimeType: JSON_TYPE, text: JSON.stringify(presentExecution(execution)) }] };
}

/** Sent as -32602, in both eras (SEP-2164). */
const unknownResource = (uri: string): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.ResourceNotFound, 'There is no resource with this URI.', { uri });
