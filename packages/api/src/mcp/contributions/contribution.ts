import type { CataloguePrompt, CatalogueResource, KnownPlugin } from '@mcp-server/shared';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import type { McpContext } from '../exchange.ts';
import type { CallState } from '../run.ts';

/** Something that a plugin contributes and one of its actions carries out. */
export type Contribution<T> = T & { plugin: string };

/** All of one kind in the catalogue, by plugin and in each plugin's own order. */
async function collect<T>(
  { deps }: Pick<McpContext, 'deps'>,
  pick: (known: KnownPlugin['plugin']) => T[],
): Promise<Contribution<T>[]> {
  const known = (await deps.catalogue.list()).toSorted((a, b) => (a.plugin.id < b.plugin.id ? -1 : 1));
  return known.flatMap(({ plugin }) =>
    pick(plugin).map((entry) => Object.assign({ plugin: plugin.id }, entry)),
  );
}

export const listResources = (mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CatalogueResource>[]> =>
  collect(mcp, ({ resources }) => resources);

/** Names of prompts are not told apart by plugin: the first plugin by id keeps one. */
export async function listPrompts(mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CataloguePrompt>[]> {
  const byName = new Map<string, Contribution<CataloguePrompt>>();
  for (const prompt of await collect(mcp, ({ prompts }) => prompts)) {
    if (!byName.has(prompt.name)) byName.set(prompt.name, prompt);
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * The result of a run that carries out a resource or a prompt, which have no errors of their own.
 * @throws {ProtocolError} when it failed, was cancelled or has not ended
 */
export function resultOf(standing: Exclude<CallState, { kind: 'asks' }>): string {
  if (standing.kind === 'unfinished') {
    throw new ProtocolError(
      ProtocolErrorCode.InternalError,
      'The action did not end within the maximum wait of a request.',
      {
        taskId: standing.execution._id,
        status: standing.execution.status,
      },
    );
  }
  const { status, result, failure } = standing.end;
  if (status === 'completed' && result !== undefined) return result;
  throw new ProtocolError(ProtocolErrorCode.InternalError, failure?.message ?? 'The request was cancelled.', {
    kind: failure?.kind ?? 'cancelled',
  });
}
