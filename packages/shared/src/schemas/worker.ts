import { z } from 'zod';

import { PackageInstall } from './marketplace.ts';
import { Unreadable } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

export const WorkerState = z.enum(['running', 'draining']);
export type WorkerState = z.infer<typeof WorkerState>;

/** A plugin that a worker could not load: the name of its folder or package, and what is wrong with it. */
export const PluginErrorRecord = z.object({
  plugin: z.string(),
  problems: z.array(z.string()),
  running: z
    .string()
    .optional()
    .describe('`<id>@<version>` of the code before a broken edit, which the worker goes on running'),
});
export type PluginErrorRecord = z.infer<typeof PluginErrorRecord>;
/** Far above any machine; the sum over a fleet stays exact. */
const Count = z.int().min(0).max(1_000_000);
/** Ten years. */
const MAX_IDLE_MS = 315_360_000_000;

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
  slots: Count,
  running: Count,
  /** Running executions whose process died before. Missing in documents of older workers, like all that follow. */
  suspects: Count.optional(),
  /** Runs that ignore their abort signal; each still occupies a slot. */
  abandoned: Count.optional(),
  /** Milliseconds since its latest run started, as of `seenAt`; missing if it never ran anything. */
  idleMs: z.int().min(0).max(MAX_IDLE_MS).optional(),
  /** Plugins that it could not load; missing if there are none. */
  pluginErrors: z.array(PluginErrorRecord).optional(),
  /** Packages of the marketplace; missing if it takes none. */
  packages: z.array(PackageInstall).optional(),
  state: WorkerState,
  startedAt: StoredTime,
  /** Database clock. */
  seenAt: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
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
  packages: z
    .array(PackageInstall)
    .optional()
    .describe('Packages of the marketplace; missing if it takes none'),
  lastTookAt: z.iso.datetime().optional().describe('Start of its latest run'),
  state: WorkerState,
  /** Seen recently, by the database's clock. Dead workers are listed for ten minutes. */
  isAlive: z.boolean(),
  startedAt: z.iso.datetime(),
  seenAt: z.iso.datetime(),
  unreadable: Unreadable,
});
export type WorkerView = z.infer<typeof WorkerView>;
