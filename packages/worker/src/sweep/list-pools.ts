import type { Deps } from '../deps.ts';

/** Lists the pools of all published plugins and of this worker. */
export async function listPools({ models, config }: Deps): Promise<string[]> {
  const records = await models.PluginModel.find({}, { pool: 1 }).lean<{ pool: string }[]>();
  return [...new Set([...records.map(({ pool }) => pool), ...config.WORKER_POOLS])];
}
