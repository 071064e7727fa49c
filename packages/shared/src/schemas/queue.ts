import { z } from 'zod';

import { Pause } from './pause.ts';

/** A pool and its queue in API responses. Counts are of executions in the database, `jobs` of Redis. */
export const QueueView = z.object({
  pool: z.string(),
  paused: Pause.nullable().describe('Null unless the pool is paused'),
  pausedPlugins: z.array(z.object({ plugin: z.string(), ...Pause.shape })),
  depth: z.object({
    queued: z.int(),
    running: z.int(),
    retrying: z.int(),
    input_required: z.int(),
  }),
  oldestWaitMs: z.int().nullable().describe('Age of the oldest execution that could start now'),
  acceptedLastMinute: z.int(),
  endedLastMinute: z.int(),
  workers: z.array(z.string()).describe('Live workers that serve the pool'),
  drainingWorkers: z.array(z.string()),
  slots: z.int(),
  freeSlots: z.int(),
  jobs: z.record(z.string(), z.int()).nullable().describe('Jobs by state; null while Redis is unavailable'),
});
export type QueueView = z.infer<typeof QueueView>;
