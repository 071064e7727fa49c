import type { Plugin } from '@mcp-server/plugin-sdk';
import type { Reading } from '@mcp-server/plugin-sdk/attempt';
import { cacheKeyOf, type FinishRequest } from '@mcp-server/shared';

import { revisionOf } from '../catalogue/revision.ts';
import type { Run } from './runs.ts';

/** Where the result of a run may be kept, by what the run has read. */
export type KeepResult = (readings: ReadonlySet<Reading>) => FinishRequest['cache'];

const KEPT_FOR_NOBODY = ['secret', 'answer', 'step'] as const satisfies Reading[];
const KEPT_FOR_OWNER = ['owner', 'execution'] as const satisfies Reading[];

/** Taken when a run starts, because the plugin may be another one when it ends. */
export function buildKeepResult({ execution }: Run, plugin: Plugin): KeepResult {
  const { cache } = plugin.actions[execution.action] ?? {};
  if (!cache) return () => undefined;
  const revision = revisionOf(plugin);
  if (revision === undefined) return () => undefined;
  const { ownerId, action, payload, inputs = [], earlyAnswers } = execution;
  const code = { plugin: plugin.id, version: plugin.version, revision, action };
  return (readings) => {
    const hasAnswers = inputs.length > 0 || earlyAnswers !== undefined;
    if (hasAnswers || KEPT_FOR_NOBODY.some((reading) => readings.has(reading))) return undefined;
    const isShared = cache.shared && !KEPT_FOR_OWNER.some((reading) => readings.has(reading));
    const key = cacheKeyOf({ ...code, payload, ...(isShared ? {} : { ownerId }) });
    return { key, ttlMs: cache.ttlMs };
  };
}
