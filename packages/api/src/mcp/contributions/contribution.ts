import type { CataloguePrompt, CatalogueResource, KnownPlugin } from '@mcp-server/shared';
import { ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import type { McpContext } from '../exchange.ts';
import type { CallState } from '../run.ts';

/**
 * An entry that a plugin contributes and that one of its actions backs. One that is not listed any more, because no
 * worker has had its action for the grace, can still be used: its work waits.
 */
export type Contribution<T> = T & { plugin: string; isListed: boolean };

/** Collects one kind of entry from the catalogue, by plugin and in each plugin's own order. */
async function collect<T extends { action: string }>(
  { deps }: Pick<McpContext, 'deps'>,
  pick: (plugin: KnownPlugin) => readonly T[],
): Promise<Contribution<T>[]> {
  const plugins = (await deps.catalogue.list()).toSorted((a, b) => (a.plugin.id < b.plugin.id ? -1 : 1));
  return plugins.flatMap((known) =>
    pick(known).map((entry) =>
      Object.assign(
        { plugin: known.plugin.id, isListed: known.actions.get(entry.action)?.isListed === true },
        entry,
      ),
    ),
  );
}

export const listResources = (mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CatalogueResource>[]> =>
  collect(mcp, ({ resources }) => resources);

/** Prompt names are not qualified by plugin: the first plugin by id keeps a name, listed ones before others. */
export async function listPrompts(mcp: Pick<McpContext, 'deps'>): Promise<Contribution<CataloguePrompt>[]> {
  const byName = new Map<string, Contribution<CataloguePrompt>>();
  const all = await collect(mcp, ({ prompts }) => prompts);
  for (const prompt of all.toSorted((a, b) => Number(b.isListed) - Number(a.isListed))) {
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
      state.reason?.text ?? 'The action did not end within the maximum wait of a request.',
      {
        taskId: state.execution._id,
        status: state.execution.status,
        ...(state.reason ? { reason: state.reason.code } : {}),
      },
    );
  }
  const { status, result, failure } = state.end;
  if (status === 'completed' && result !== undefined) return result;
  throw new ProtocolError(ProtocolErrorCode.InternalError, failure?.message ?? 'The request was cancelled.', {
    kind: failure?.kind ?? 'cancelled',
    executionId: state.end._id,
  });
}
