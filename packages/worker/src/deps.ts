import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import type {
  EventWriter,
  ExecutionJob,
  ExecutionWrites,
  Logger,
  Models,
  Mongo,
  PluginErrorRecord,
  SubmitDeps,
  TickJob,
} from '@mcp-server/shared';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { ReadSecrets } from './attempt/read-secrets.ts';
import type { FleetView } from './catalogue/fleet-view.ts';
import type { WorkerConfig } from './config.ts';
import type { WorkerMetrics } from './metrics.ts';

/** Dependencies that the parts of a worker share; created by the composition root and passed down. */
export interface Deps {
  config: WorkerConfig;
  /** `<host>-<pid>-<random>`: identifies this process in attempts, leases and logs. */
  workerName: string;
  log: Logger;
  mongo: Mongo;
  models: Models;
  /** Writes of executions, batched under load. */
  writes: ExecutionWrites;
  /** Connection that fails fast: adds, publishes, queries. */
  producer: Redis;
  /** Connection that waits for Redis: BullMQ takes jobs over it. */
  consumer: Redis;
  /** Returns the queue of a pool; opened at first use and closed by the root. */
  queueOf(pool: string): Queue<ExecutionJob>;
  /** Queue of the tickers of schedules. */
  tickQueue: Queue<TickJob>;
  /** Dependencies for accepting executions of schedules. */
  submission: SubmitDeps;
  /** Publishes events of executions to their owners. */
  events: EventWriter;
  metrics: WorkerMetrics;
  /** Plugins that could not be loaded, for the list of workers; by the name of their folder or package. */
  pluginErrors: Map<string, PluginErrorRecord>;
  /** Which living workers run what. */
  fleet: FleetView;
  /** Values that no log, record or result may contain. */
  secrets: KnownSecrets;
  /** Secrets that runs of this process have read lately. */
  readSecrets: ReadSecrets;
  /** npm packages of plugins by plugin id; those without one are built in or come from `PLUGINS_DIR`. */
  pluginPackages: Map<string, string>;
}
