import {
  buildAdmission,
  buildCatalogue,
  countUnfinished,
  DatabaseClock,
  enqueueExecution,
  listPluginSightings,
  type SubmitDeps,
  KeyedMutex,
  takePlace,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';

/** Builds the dependencies with which a worker accepts executions by the rules of the API. */
export function buildSubmission({
  config,
  models,
  writes,
  queueOf,
  events,
  log,
}: Pick<Deps, 'config' | 'models' | 'writes' | 'queueOf' | 'events' | 'log'>): SubmitDeps {
  const { ExecutionModel, PluginModel } = models;
  return {
    config,
    models,
    writes,
    databaseClock: new DatabaseClock(ExecutionModel),
    catalogue: buildCatalogue({
      readSightings: () => listPluginSightings(PluginModel),
      graceMs: config.PLUGIN_GRACE_SECONDS * 1_000,
      logger: log,
    }),
    submissionMutex: new KeyedMutex(),
    admission: buildAdmission({ count: (query) => countUnfinished(ExecutionModel, query), limits: config }),
    queues: {
      add: (execution, options) => enqueueExecution(queueOf(execution.pool), execution, options),
      takePlace: (execution) => takePlace(queueOf(execution.pool), execution),
    },
    events,
    logger: log,
  };
}
