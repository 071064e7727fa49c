import type {
  EventWriter,
  ExecutionJob,
  ExecutionWrites,
  Logger,
  Models,
  Mongo,
  SubmitDeps,
  TickJob,
} from '@mcp-server/shared';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { PluginSettings } from './catalogue/read-settings.ts';
import type { WorkerConfig } from './config.ts';
import type { WorkerMetrics } from './metrics.ts';

/** What the parts of a worker share; made by the composition root and passed down. */
export interface Deps {
  config: WorkerConfig;
  /** `<host>-<pid>-<random>`: names this process in attempts, leases and logs. */
  workerName: string;
  log: Logger;
  mongo: Mongo;
  models: Models;
  /** Writes of executions, which go together when there are many. */
  writes: ExecutionWrites;
  /** Fails fast: adds, publishes, asks. */
  producer: Redis;
  /** Waits for Redis: BullMQ takes jobs over it. */
  consumer: Redis;
  /** The queue of a pool; opened at first use and closed by the root. */
  queueOf(pool: string): Queue<ExecutionJob>;
  /** The clocks of schedules. */
  tickQueue: Queue<TickJob>;
  /** Accepts executions of schedules. */
  submission: SubmitDeps;
  /** Tells owners what happens to their executions. */
  events: EventWriter;
  metrics: WorkerMetrics;
  /** What `ctx.settings` is, by plugin id. */
  pluginSettings: PluginSettings;
}
