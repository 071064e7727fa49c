import {
  type Catalogue,
  errors,
  insertPause,
  type Logger,
  type Models,
  type PauseKind,
  type PauseRecord,
  deletePause,
} from '@mcp-server/shared';

import type { ExecutionQueues } from '../../redis/execution-queues.ts';
import type { Notifier } from '../../redis/notifier.ts';
import { type AuditCaller, type AuditDeps, audited } from '../audit/audit.ts';

interface PauseDeps extends AuditDeps {
  models: Models;
  catalogue: Catalogue;
  queues: ExecutionQueues;
  notifier: Notifier;
  logger: Logger;
}

interface PauseTarget {
  kind: PauseKind;
  name: string;
}

/**
 * Pauses a pool or plugin: nothing of it starts, but work is still accepted and running executions continue. Once it
 * resolves, the pause survives every restart. An existing pause is kept.
 * @throws {errors.NotFound} {errors.UnknownPlugin}
 */
export async function pauseWork(
  deps: PauseDeps,
  caller: AuditCaller,
  { reason, ...target }: PauseTarget & { reason?: string | undefined },
): Promise<PauseRecord> {
  await requireExisting(deps, target);
  const { kind, name } = target;
  const by = caller.principal.userId;
  return audited(deps, caller, { action: `${kind}.pause`, target: name, details: { reason } }, async () => {
    const pause = await insertPause(deps.models.PauseModel, { ...target, by, reason });
    await notifyFleet(deps, target, true);
    return pause;
  });
}

/** Ends a pause, if there is one. @throws {errors.NotFound} {errors.UnknownPlugin} */
export async function resumeWork(deps: PauseDeps, caller: AuditCaller, target: PauseTarget): Promise<void> {
  await requireExisting(deps, target);
  const { kind, name } = target;
  await audited(deps, caller, { action: `${kind}.resume`, target: name }, async (note) => {
    note({ wasPaused: await deletePause(deps.models.PauseModel, target) });
    await notifyFleet(deps, target, false);
  });
}

/** Pausing an unknown name would be a typo without any effect. */
async function requireExisting({ catalogue }: PauseDeps, { kind, name }: PauseTarget): Promise<void> {
  const plugins = await catalogue.list();
  if (kind === 'plugin' && !plugins.some(({ plugin }) => plugin.id === name))
    throw new errors.UnknownPlugin(name);
  if (kind === 'pool' && !plugins.some(({ plugin }) => plugin.pool === name))
    throw new errors.NotFound('pool');
}

/** The document is written. Workers read it anyway, and the sweep repairs the queue. */
async function notifyFleet(
  { queues, notifier, logger }: PauseDeps,
  { kind, name }: PauseTarget,
  isPaused: boolean,
): Promise<void> {
  await notifier.pausesChanged(name);
  if (kind !== 'pool') return;
  await queues
    .setPaused(name, isPaused)
    .catch((err: unknown) =>
      logger.warn({ err, pool: name, isPaused }, 'queue not paused or resumed; leaving it to the sweep'),
    );
}
