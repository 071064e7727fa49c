import { ExecutionStatus, isEnded } from '@mcp-server/shared';

import type { Installation } from './installation.ts';

const UNFINISHED = ExecutionStatus.options.filter((status) => !isEnded(status));

/** Pools that have unfinished work. */
export async function listBusyPools({ models }: Installation): Promise<string[]> {
  const pools = await models.ExecutionModel.distinct('pool', { status: { $in: UNFINISHED } });
  return pools.sort();
}

/** Every pool that anybody works for, publishes to, or has work in. */
export async function listPools(patient: Installation): Promise<string[]> {
  const { WorkerModel, PluginModel } = patient.models;
  const [busy, served, published] = await Promise.all([
    listBusyPools(patient),
    WorkerModel.distinct('pools'),
    PluginModel.distinct('pool'),
  ]);
  return [...new Set([...busy, ...served, ...published])].sort();
}
