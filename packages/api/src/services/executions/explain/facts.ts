import {
  countUnfinished,
  type ExecutionRecord,
  isEnded,
  listVersionSightings,
  type Models,
  type Paused,
  readExecution,
  readPaused,
  type VersionSighting,
} from '@mcp-server/shared';

import type { ExecutionQueues } from '../../../redis/execution-queues.ts';
import type { QueuePlace } from '../../../redis/queue-place.ts';
import { listWorkers } from '../../fleet/list-workers.ts';
import { type PoolWorkers, workersOf } from '../../fleet/pool-workers.ts';

/** Facts behind an explanation, read at about the same time. */
export interface ExplainFacts {
  execution: ExecutionRecord;
  /** The database's time of the read. */
  now: Date;
  paused: Paused;
  poolWorkers: PoolWorkers;
  /** Published versions of its plugin. */
  versions: readonly VersionSighting[];
  /** See `PLUGIN_GRACE_SECONDS`. */
  graceMs: number;
  /** Missing while Redis is unavailable. */
  place: QueuePlace | undefined;
  /** Unfinished executions of the owner, counted up to the limit. */
  unfinished: number;
  unfinishedLimit: number;
}

export interface FactsDeps {
  config: { MAX_UNFINISHED_PER_USER: number; PLUGIN_GRACE_SECONDS: number };
  models: Models;
  queues: ExecutionQueues;
}

/** If the execution changes while the facts are read, they are read again, at most this often. */
const MAX_READS = 3;

/** Undefined if the execution is gone. */
export async function gatherFacts(deps: FactsDeps, id: string): Promise<ExplainFacts | undefined> {
  const { ExecutionModel } = deps.models;
  let reading = await readExecution(ExecutionModel, id);
  for (let look = 1; reading; look += 1) {
    const { execution } = reading;
    const around = await readContext(deps, execution);
    const after = await readExecution(ExecutionModel, id);
    if (after && (look === MAX_READS || isSameState(execution, after.execution))) {
      return { ...around, ...after };
    }
    reading = after;
  }
  return undefined;
}

const isSameState = (one: ExecutionRecord, other: ExecutionRecord): boolean =>
  one.status === other.status && one.epoch === other.epoch && one.seq === other.seq;

async function readContext({ config, models, queues }: FactsDeps, execution: ExecutionRecord) {
  const { ownerId, plugin, pool, status } = execution;
  const unfinishedLimit = config.MAX_UNFINISHED_PER_USER;
  const [paused, fleet, versions, place, unfinished] = await Promise.all([
    readPaused(models.PauseModel),
    listWorkers({ models }),
    listVersionSightings(models.PluginModel),
    queues.locate(execution).catch(() => undefined),
    isEnded(status) ? 0 : countUnfinished(models.ExecutionModel, { ownerId, limit: unfinishedLimit }),
  ]);
  return {
    paused,
    poolWorkers: workersOf(fleet, pool),
    versions: versions.filter(({ id }) => id === plugin),
    graceMs: config.PLUGIN_GRACE_SECONDS * 1_000,
    place,
    unfinished,
    unfinishedLimit,
  };
}
