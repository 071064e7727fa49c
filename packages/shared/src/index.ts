export { loadEnvFile, NO_ENV_FILE } from './config/env-file.ts';
export { ConfigError, EXIT_CONFIG, loadConfig } from './config/load.ts';
export { buildSettingsMask } from './config/mask-settings.ts';
export { groupOf, settingsGroup } from './config/settings-group.ts';
export {
  flag,
  logConfig,
  processConfig,
  protocolConfig,
  storesConfig,
  pluginsConfig,
  secretsConfig,
  submissionConfig,
  wholeNumber,
} from './config/pieces.ts';
export { mailConfig, requireWithMail } from './config/mail.ts';
export { marketplaceConfig } from './config/marketplace.ts';
export { isOrigin, publicUrlConfig } from './config/public-url.ts';

export { isDatabaseAway, isDuplicateKey, isWriteConflict } from './connections/mongo-errors.ts';
export { createMongo, type Mongo, type MongoOptions, pingMongo, probeMongo } from './connections/mongo.ts';
export { isClusterNode } from './connections/redis-cluster.ts';
export { readEvictionPolicy, SAFE_EVICTION_POLICY } from './connections/redis-eviction.ts';
export { probeRedis } from './connections/redis-probe.ts';
export { createRedis, pingRedis, type RedisRole } from './connections/redis.ts';
export { StoreContact } from './connections/store-contact.ts';
export { describeMongodbRefusal, describeRedisRefusal } from './connections/store-refusal.ts';
export { watchRedis } from './connections/watch-redis.ts';

export { describeEvent } from './events/describe-event.ts';
export {
  compareEventIds,
  EVENT_FIELD,
  EVENT_STREAM_MAX_LENGTH,
  EVENT_STREAM_TTL_SECONDS,
  eventStreamKey,
  GAP_FIELD,
  isGap,
  readEvent,
  type StreamEntry,
} from './events/event-stream.ts';
export { buildEventWriter, type EventWriter } from './events/event-writer.ts';

export { type Acceptance, acceptExecution } from './executions/accept.ts';
export { type BeatReport, type HeldLease, renewLeases } from './executions/beat.ts';
export * from './executions/cancel-many.ts';
export { cancelExecution, type CancelOutcome, endFlagged } from './executions/cancel.ts';
export { claimExecution, type ClaimMiss, type ClaimRequest, readMiss } from './executions/claim.ts';
export { type LostClaim, resumeClaim, undoClaims } from './executions/lost-claims.ts';
export { DatabaseClock } from './executions/database-clock.ts';
export { holdsNow, inMs, leaseLapsesAt, literal, NOW, readDatabaseTime } from './executions/db-time.ts';
export * from './executions/enqueue.ts';
export * from './executions/line.ts';
export { fingerprintOf } from './executions/fingerprint.ts';
export {
  type AskedInput,
  finishExecution,
  type FinishOutcome,
  type FinishRequest,
  type RunEnd,
} from './executions/finish.ts';
export { endCrashed, endExpired } from './executions/give-up.ts';
export { handBackExecution, type HandBackOutcome, yieldExecution } from './executions/hand-back.ts';
export {
  type HeldExecution,
  holdExecution,
  listHeld,
  parkExecution,
  unholdExecution,
} from './executions/hold.ts';
export { endStep, readStep, startStep } from './executions/once.ts';
export { isOpen, provideInput, type ProvideOutcome } from './executions/provide-input.ts';
export { raiseSeq } from './executions/raise-seq.ts';
export { endUnreadable, findMissingFields } from './executions/end-unreadable.ts';
export { readExecution } from './executions/read.ts';
export { mirrorTask, type SettleDeps, settleEnded } from './executions/settle.ts';
export { buildExecutionWrites, type ExecutionWrites } from './executions/writes.ts';

export { buildModels, createIndexes, type Models, workerModels } from './models/models.ts';
export { fitRecord } from './models/fit-record.ts';
export {
  lacks,
  makeReadable,
  unreadableOf,
  type UnreadableRecord,
  watchUnreadable,
} from './models/readable.ts';
export { countUnreadable, reportUnreadable } from './models/report-unreadable.ts';
export { RECORDS } from './models/records.ts';
export { dropConflictingIndexes, dropReplacedIndexes } from './models/retired-indexes.ts';

export { hideFromEnvironment } from './secrets/hide-from-environment.ts';
export { readMailToken, signMailToken } from './secrets/mail-token.ts';
export { rotateSecrets } from './secrets/rotate.ts';
export { MissingSecretKey, openSecret, sealSecret } from './secrets/seal.ts';
export { SecretKeysText, type SecretKeys } from './secrets/secret-keys.ts';

export { planDue } from './schedules/due.ts';
export { nextFire, nextFires } from './schedules/rule.ts';
export {
  advanceSchedule,
  findMissingFieldsOfTask,
  findScheduledIds,
  isScheduled,
  listOverdue,
  listScheduled,
  deferSchedule,
  readScheduled,
  replaceSchedule,
  type ScheduledTask,
  scheduleFields,
} from './schedules/state.ts';
export {
  buildTickQueue,
  deleteTicker,
  describeRule,
  setTicker,
  TICK_QUEUE,
  type TickerSpec,
  TickJob,
  tickStrategy,
} from './schedules/ticker.ts';

export * from './schemas/account.ts';
export * from './schemas/api-key.ts';
export * from './schemas/audit.ts';
export * from './schemas/auth.ts';
export * from './schemas/bulk-cancel.ts';
export * from './schemas/dashboard.ts';
export * from './schemas/event.ts';
export * from './schemas/execution-policy.ts';
export * from './schemas/execution.ts';
export * from './schemas/explanation.ts';
export { FailureGroup } from './schemas/failure-group.ts';
export * from './schemas/input-record.ts';
export * from './schemas/mail.ts';
export * from './schemas/marketplace.ts';
export * from './schemas/pause.ts';
export * from './schemas/plugin-record.ts';
export * from './schemas/primitives.ts';
export * from './schemas/problem.ts';
export * from './schemas/queue.ts';
export * from './schemas/redrive.ts';
export * from './schemas/schedule.ts';
export * from './schemas/secret.ts';
export * from './schemas/task.ts';
export * from './schemas/user.ts';
export * from './schemas/worker.ts';

export {
  type ApiKeySighting,
  countApiKeys,
  deleteApiKeysOf,
  findApiKey,
  insertApiKey,
  listApiKeys,
  revokeApiKey,
  touchApiKey,
} from './stores/api-keys.ts';
export { type AuditFilter, endAudit, insertAudit, listAudit } from './stores/audit.ts';
export { countMatching, listMatchingIds } from './stores/bulk-list.ts';
export {
  countExecutions,
  type ExecutionFilter,
  type ListedExecution,
  listExecutions,
  listUnfinishedOfTask,
} from './stores/execution-list.ts';
export { type BulkFilter } from './stores/execution-query.ts';
export {
  countUnfinished,
  type EndedExecution,
  findByIdempotencyKey,
  findExecution,
  findMcpTask,
  findOutcomes,
  countOtherUnfinished,
  listByMcpCall,
  type McpTaskRecord,
  type Outcome,
} from './stores/executions.ts';
export { findByIndex } from './stores/find-by-index.ts';
export { type FailureFilter, type GroupedFailures, groupFailures } from './stores/failure-groups.ts';
export { deleteTasksOf, listUnfinishedIds } from './stores/owned-work.ts';
export * from './stores/mail-tokens.ts';
export * from './stores/packages.ts';
export type { PageOrder, PagePosition, PageRequest, PageRows } from './stores/page.ts';
export { deletePause, insertPause, type Paused, readPaused } from './stores/pauses.ts';
export {
  listPluginSightings,
  listVersionSightings,
  type PluginSighting,
  type VersionSighting,
} from './stores/plugins.ts';
export { countInAndOut, countUnfinishedByPool, type PoolDepth, type PoolFlow } from './stores/pool-load.ts';
export { listRecentTimes, type RecentTime } from './stores/recent-times.ts';
export {
  storeRedriveResponse,
  countRedrivable,
  listRedrivable,
  listRedriven,
  openRedrive,
} from './stores/redrives.ts';
export { findRerun, listReruns, markRerun } from './stores/reruns.ts';
export { releaseRole, takeRole } from './stores/role-leases.ts';
export * from './stores/secrets.ts';
export * from './stores/sessions.ts';
export type { Stored } from './stores/stored.ts';
export { deleteTask, type ScheduleChange, type TaskUpdate, updateTask } from './stores/task-changes.ts';
export { countTasks, listTasks, type TaskFilter } from './stores/task-list.ts';
export { countExecutionsByDay, countTasksByKind, measureRunTimes } from './stores/task-stats.ts';
export { findTask, insertTask, type TaskInsertion } from './stores/tasks.ts';
export {
  countActiveAdmins,
  deleteUser,
  raiseTokenVersion,
  tombstoneUser,
  updateUser,
} from './stores/user-changes.ts';
export { countUsers, countUsersByRole, listUsers, type UserFilter } from './stores/user-list.ts';
export {
  consumeReset,
  isResetOpen,
  replacePassword,
  setPassword,
  storeResetHash,
} from './stores/user-passwords.ts';
export {
  findUserByEmail,
  findUserById,
  insertUser,
  recordLogin,
  type UserInsertion,
} from './stores/users.ts';
export { announceWorker, deleteWorker, listWorkerSightings, type WorkerSighting } from './stores/workers.ts';
export { readWaiting, readWorkload, type Workload } from './stores/workload.ts';

export { type Admission, buildAdmission } from './submission/admission.ts';
export {
  buildCatalogue,
  type Catalogue,
  type KnownAction,
  type KnownPlugin,
  type KnownVersion,
} from './submission/catalogue.ts';
export { cacheKeyOf } from './submission/cache-key.ts';
export { checkPayload } from './submission/check-payload.ts';
export { KeyedMutex } from './submission/keyed-mutex.ts';
export { compilePayloadSchema } from './submission/payload-schema.ts';
export {
  type CatalogueError,
  isCatalogueError,
  isRefusal,
  type Pointed,
  pointedAt,
  retryLater,
  type RetryLater,
  toPointer,
} from './submission/refusal.ts';
export type { CacheUse, Idempotency, Submission, SubmitDeps, Submitted } from './submission/submission.ts';
export { enqueueAndAnnounce, submitExecution } from './submission/submit-execution.ts';
export { submitMail } from './submission/submit-mail.ts';

export { isAlive } from './alive.ts';
export { canonicalJson } from './canonical-json.ts';
export * as errors from './errors.ts';
export { FreshCache } from './fresh-cache.ts';
export { assertCanListen, type ListenPlace, StartRefusal, toListenRefusal } from './listening.ts';
export { openLog, type OpenLog } from './log-files.ts';
export { buildLogger, type Logger } from './logger.ts';
export { buildRegistry } from './metrics.ts';
export { bearerOf, isLocalScraper, isSameSecret, type ScrapeRequest } from './scraper.ts';
export { whenParentIsGone } from './parent.ts';
export { reportStartFailure } from './start-failure.ts';
export { PoolQueues } from './pool-queues.ts';
export * from './queues.ts';
export { withTimeout } from './with-timeout.ts';

export { contractVersion } from '@mcp-server/plugin-sdk';

// The API reads the catalogue and never imports plugin code, so it takes these schemas from here.
export {
  Annotations,
  ANSWER_OF_METHOD,
  CachePolicy,
  type CatalogueAction,
  CataloguePrompt,
  CatalogueResource,
  type ContentBlock,
  matchUri,
  type PromptMessages,
  type ResourceContents,
  RetryPolicy,
  Slug,
  ToolPolicy,
} from '@mcp-server/plugin-sdk/schemas';
