import { UNFINISHED_STATUSES } from '@mcp-server/shared';

import type { Installation } from './installation.ts';

/** Pools that have unfinished work. */
export async function listBusyPools({ models }: Installation): Promise<string[]> {
  const pools = await models.ExecutionModel.distinct('pool', { status: { $in: UNFINISHED_STATUSES } });
  return pools.sort();
}

/** Lists every pool that has workers, published plugins or unfinished work. */
export async function listPools(installation: Installation): Promise<string[]> {
  const { WorkerModel, PluginModel } = installation.models;
  const [busy, served, published] = await Promise.all([
    listBusyPools(installation),
    WorkerModel.distinct('pools'),
    PluginModel.distinct('pool'),
  ]);
  return [...new Set([...busy, ...served, ...published])].sort();
}
