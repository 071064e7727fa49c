import type { CataloguePrompt, PromptMessages } from '@mcp-server/shared';
import {
  type CompleteRequest,
  type CompleteResult,
  type GetPromptRequest,
  type GetPromptResult,
  type ListPromptsResult,
  type PromptArgument,
  ProtocolError,
  ProtocolErrorCode,
  type ServerContext,
} from '@modelcontextprotocol/server';

import type { McpContext } from '../exchange.ts';
import { runAction } from '../run.ts';
import { type Contribution, listPrompts, listResources, resultOf } from './contribution.ts';

/** Maximum number of values in one response (the protocol's own limit). */
const MAX_COMPLETIONS = 100;

const invalid = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidParams, message);

export async function listAllPrompts(mcp: McpContext): Promise<ListPromptsResult> {
  const listed = (await listPrompts(mcp)).filter(({ isListed }) => isListed);
  return {
    prompts: listed.map(({ name, title, description, arguments: all }) => ({
      name,
      title,
      description,
      arguments: all.map(describeArgument),
    })),
  };
}

/** Omits the completions. */
const describeArgument = ({
  name,
  description,
  required,
}: CataloguePrompt['arguments'][number]): PromptArgument => ({ name, description, required });

async function findPrompt(mcp: McpContext, name: string): Promise<Contribution<CataloguePrompt>> {
  const prompt = (await listPrompts(mcp)).find((candidate) => candidate.name === name);
  if (!prompt) throw invalid(`Unknown prompt: ${name}`);
  return prompt;
}

/** Runs the action behind a prompt. @throws {ProtocolError} */
export async function getPrompt(
  mcp: McpContext,
  { params }: GetPromptRequest,
  ctx: ServerContext,
): Promise<GetPromptResult> {
  const prompt = await findPrompt(mcp, params.name);
  const state = await runAction(
    mcp,
    ctx,
    { plugin: prompt.plugin, action: prompt.action, payload: params.arguments ?? {} },
    { waitMs: mcp.deps.config.MCP_WAIT_SECONDS * 1_000, cancelsWhenGone: mcp.era === 'modern' },
  );
  if (state.kind === 'asks') return state.request as unknown as GetPromptResult;
  return {
    description: prompt.description,
    messages: JSON.parse(resultOf(state)) as PromptMessages,
  };
}

/** Completes with values from the catalogue that start with the typed text. Resource templates have none. */
export async function complete(mcp: McpContext, { params }: CompleteRequest): Promise<CompleteResult> {
  const { ref, argument } = params;
  if (ref.type === 'ref/resource') {
    const isKnown = (await listResources(mcp)).some(({ uri }) => uri === ref.uri);
    if (!isKnown) throw invalid(`Unknown resource: ${ref.uri}`);
    return { completion: { values: [], total: 0, hasMore: false } };
  }
  const prompt = await findPrompt(mcp, ref.name);
  const declaration = prompt.arguments.find(({ name }) => name === argument.name);
  if (!declaration) throw invalid(`Unknown argument: ${argument.name}`);
  const prefix = argument.value.toLowerCase();
  const matches = declaration.completions.filter((value) => value.toLowerCase().startsWith(prefix));
  const values = matches.slice(0, MAX_COMPLETIONS);
  return { completion: { values, total: matches.length, hasMore: matches.length > values.length } };
}
