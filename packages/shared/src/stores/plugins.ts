import type { Model } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import type { PluginRecord } from '../schemas/plugin-record.ts';

/** A published plugin version, and how long ago a worker last published it, by the database's clock. */
export interface PluginSighting {
  plugin: PluginRecord;
  unseenMs: number;
}

/** Lists all published plugin versions, also those without a worker. */
export async function listPluginSightings(model: Model<PluginRecord>): Promise<PluginSighting[]> {
  const plugins = await model.aggregate<PluginRecord & { now: Date }>([{ $set: { now: NOW } }]);
  return plugins.map(({ now, ...plugin }) => ({
    plugin,
    unseenMs: now.getTime() - plugin.seenAt.getTime(),
  }));
}
