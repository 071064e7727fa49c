import { Slug, UNFINISHED_STATUSES } from '@mcp-server/shared';

import type { Installation } from './installation.ts';

/** Values that can name a pool; a stored record may hold anything. */
const namesOf = (values: readonly unknown[]): string[] =>
  values.flatMap((value) => Slug.safeParse(value).data ?? []).toSorted();

/** Pools that have unfinished work. */
export async function listBusyPools({ models }: Installation): Promise<string[]> {
  const pools = await models.ExecutionModel.distinct('pool', { status: { $in: UNFINISHED_STATUSES } });
  return namesOf(pools);
}

/** Lists every pool that has workers, published plugins or unfinished work. */
export async function listPools(installation: Installation): Promise<string[]> {
  const { WorkerModel, PluginModel } = installation.models;
  const [busy, served, published] = await Promise.all([
    listBusyPools(installation),
    WorkerModel.distinct('pools'),
    PluginModel.distinct('pool'),
  ]);
  return namesOf([...new Set([...busy, ...served, ...published])]);
}
