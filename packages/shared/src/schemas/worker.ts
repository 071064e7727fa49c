import { z } from 'zod';

export const WorkerState = z.enum(['running', 'draining']);
export type WorkerState = z.infer<typeof WorkerState>;

/** A plugin that a worker could not load: the name of its folder or package, and what is wrong with it. */
export const PluginErrorRecord = z.object({ plugin: z.string(), problems: z.array(z.string()) });
export type PluginErrorRecord = z.infer<typeof PluginErrorRecord>;

/** A worker process as stored in `workers`; `_id` is its name, `<host>-<pid>-<random>`. */
export const WorkerRecord = z.object({
  _id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  pools: z.array(z.string()),
  /** `<id>@<version>` */
  plugins: z.array(z.string()),
  /** Maximum and current number of runs. */
  slots: z.int(),
  running: z.int(),
  /** Running executions whose process died before. Missing in documents of older workers, like all that follow. */
  suspects: z.int().optional(),
  /** Runs that ignore their abort signal; each still occupies a slot. */
  abandoned: z.int().optional(),
  /** Milliseconds since its latest run started, as of `seenAt`; missing if it never ran anything. */
  idleMs: z.int().optional(),
  /** Plugins that it could not load; missing if there are none. */
  pluginErrors: z.array(PluginErrorRecord).optional(),
  state: WorkerState,
  startedAt: z.date(),
  /** Database clock. */
  seenAt: z.date(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type WorkerRecord = z.infer<typeof WorkerRecord>;

/** A worker in API responses. */
export const WorkerView = z.object({
  id: z.string(),
  host: z.string(),
  pid: z.int(),
  version: z.string(),
  pools: z.array(z.string()),
  plugins: z.array(z.string()),
  slots: z.int(),
  running: z.int(),
  freeSlots: z.int().describe('Executions it can still take; 0 if it is draining or dead'),
  suspects: z.int().describe('Running executions whose process died before'),
  abandoned: z.int().describe('Runs that ignore their abort signal'),
  pluginErrors: z.array(PluginErrorRecord).optional().describe('Plugins that it could not load'),
  lastTookAt: z.iso.datetime().optional().describe('Start of its latest run'),
  state: WorkerState,
  /** Seen recently, by the database's clock. Dead workers are listed for ten minutes. */
  isAlive: z.boolean(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
});
export type WorkerView = z.infer<typeof WorkerView>;
