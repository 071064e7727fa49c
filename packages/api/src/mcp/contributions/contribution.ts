import type { CataloguePrompt, CatalogueResource, KnownPlugin } from '@mcp-server/shared';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import type { McpContext } from '../exchange.ts';
import type { CallState } from '../run.ts';

/** An entry that a plugin contributes and that one of its actions backs. */
export type Contribution<T> = T & { plugin: string };

/** Collects one kind of entry from the catalogue, by plugin and in each plugin's own order. */
async function collect<T>(
  { deps }: Pick<McpContext, 'deps'>,
  pick: (plugin: KnownPlugin['plugin']) => T[],
): Promise<Contribution<T>[]> {
  const plugins = (await deps.catalogue.list()).toSorted((a, b) => (a.plugin.id < b.plugin.id ? -1 : 1));
  return plugins.flatMap(({ plugin }) =>
    pick(plugin).map((entry) => Object.assign({ plugin: plugin.id }, entry)),
  );
}

export const listResources = (mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CatalogueResource>[]> =>
  collect(mcp, ({ resources }) => resources);

/** Prompt names are not qualified by plugin: the first plugin by id keeps a name. */
export async function listPrompts(mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CataloguePrompt>[]> {
  const byName = new Map<string, Contribution<CataloguePrompt>>();
  for (const prompt of await collect(mcp, ({ prompts }) => prompts)) {
    if (!byName.has(prompt.name)) byName.set(prompt.name, prompt);
  }
  return [...byName.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * Returns the result of a run behind a resource or a prompt, which have no error results of their own.
 * @throws {ProtocolError} if it failed, was cancelled or has not ended
 */
export function resultOf(state: Exclude<CallState, { kind: 'asks' }>): string {
  if (state.kind === 'unfinished') {
    throw new ProtocolError(
      ProtocolErrorCode.InternalError,
      'The action did not end within the maximum wait of a request.',
      {
        taskId: state.execution._id,
        status: state.execution.status,
      },
    );
  }
  const { status, result, failure } = state.end;
  if (status === 'completed' && result !== undefined) return result;
  throw new ProtocolError(ProtocolErrorCode.InternalError, failure?.message ?? 'The request was cancelled.', {
    kind: failure?.kind ?? 'cancelled',
  });
}
