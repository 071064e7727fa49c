import type { Model } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import { makeReadable } from '../models/readable.ts';
import type { PluginRecord } from '../schemas/plugin-record.ts';

/** A published plugin version, and how long ago a worker last published it, by the database's clock. */
export interface PluginSighting {
  plugin: PluginRecord;
  unseenMs: number;
}

/** A published plugin version without its schemas. */
export interface VersionSighting extends Pick<PluginRecord, 'id' | 'version' | 'pool'> {
  /** Names of its actions. */
  actions: string[];
  unseenMs: number;
}

/** Lists all published plugin versions without their schemas. */
export async function listVersionSightings(model: Model<PluginRecord>): Promise<VersionSighting[]> {
  const versions = await model.aggregate<Omit<VersionSighting, 'unseenMs'> & { seenAt: Date; now: Date }>([
    { $project: { _id: 0, id: 1, version: 1, pool: 1, seenAt: 1, actions: '$actions.name', now: NOW } },
  ]);
  return versions.map(({ id, version, pool, actions, now, seenAt }) => ({
    id,
    version,
    pool,
    actions,
    unseenMs: now.getTime() - seenAt.getTime(),
  }));
}

/** Lists all published plugin versions, also those without a worker. */
export async function listPluginSightings(model: Model<PluginRecord>): Promise<PluginSighting[]> {
  const plugins = await model.aggregate<PluginRecord & { now: Date }>([{ $set: { now: NOW } }]);
  return plugins.map(({ now, ...plugin }) => {
    makeReadable(model, [plugin]);
    return { plugin, unseenMs: now.getTime() - plugin.seenAt.getTime() };
  });
}
