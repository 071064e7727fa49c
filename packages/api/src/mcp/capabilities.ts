import type { InputRecord } from '@mcp-server/shared';
import {
  CLIENT_CAPABILITIES_META_KEY,
  type ClientCapabilities,
  MissingRequiredClientCapabilityError,
  type ServerContext,
} from '@modelcontextprotocol/server';

import { TASKS_EXTENSION } from './names.ts';

/** Capabilities that the client declared with this request; none in the legacy era, which declares them once. */
export function capabilitiesOf(
  { era }: { era: 'modern' | 'legacy' },
  ctx: ServerContext,
): ClientCapabilities {
  const envelope: { [CLIENT_CAPABILITIES_META_KEY]?: ClientCapabilities } | undefined = ctx.mcpReq.envelope;
  return (era === 'modern' && envelope?.[CLIENT_CAPABILITIES_META_KEY]) || {};
}

export const supportsTasks = ({ extensions }: ClientCapabilities): boolean =>
  extensions !== undefined && TASKS_EXTENSION in extensions;

/** @throws {MissingRequiredClientCapabilityError} */
export function requireTasks(capabilities: ClientCapabilities): void {
  if (supportsTasks(capabilities)) return;
  throw new MissingRequiredClientCapabilityError({
    requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } },
  });
}

/** Capabilities that a client needs to be asked this. */
export function requiredFor({ method, params }: Pick<InputRecord, 'method' | 'params'>): ClientCapabilities {
  if (method === 'roots/list') return { roots: {} };
  const { mode, tools, toolChoice } = JSON.parse(params) as Record<string, unknown>;
  if (method === 'sampling/createMessage')
    return { sampling: tools === undefined && toolChoice === undefined ? {} : { tools: {} } };
  return { elicitation: mode === 'url' ? { url: {} } : { form: {} } };
}

/** True if the client can be asked. An empty `elicitation` stands for forms. */
export function canAnswer(
  { elicitation, sampling, roots }: ClientCapabilities,
  question: InputRecord,
): boolean {
  const needed = requiredFor(question);
  if (needed.roots) return roots !== undefined;
  if (needed.sampling)
    return sampling !== undefined && (!needed.sampling.tools || sampling.tools !== undefined);
  if (!elicitation) return false;
  if (needed.elicitation?.url) return elicitation.url !== undefined;
  return elicitation.form !== undefined || elicitation.url === undefined;
}
