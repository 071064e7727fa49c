import { isDatabaseAway } from '../connections/mongo-errors.ts';
import { settleEnded } from '../executions/settle.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { type CachedResult, findCachedResult, type Lookup } from '../stores/cached-results.ts';
import { cacheKeyOf } from './cache-key.ts';
import type { ActionVersion } from './catalogue.ts';
import type { Submission, SubmitDeps } from './submission.ts';

/**
 * The record as that of an execution which completed at its acceptance, with the result of an earlier one; undefined if it has to
 * run. Never rejects: without an answer of the database the insert decides.
 */
export async function answerFromCache(
  deps: SubmitDeps,
  submission: Submission,
  { record, version }: { record: ExecutionRecord; version: ActionVersion },
): Promise<ExecutionRecord | undefined> {
  const { cache } = version.action;
  if (!cache) return undefined;
  if (mustRun(submission)) {
    deps.countCacheUse?.('skipped');
    return undefined;
  }
  const lookup = await look(deps, record, version);
  deps.countCacheUse?.(lookup.kind === 'hit' ? 'hit' : 'miss');
  return lookup.kind === 'hit' ? toCompleted(deps, record, lookup.cached) : undefined;
}

/** A rerun, a fire time and a later start ask for a run, and answers belong to one. */
const mustRun = ({ skipsCache, rerunOf, fireTime, start, earlyAnswers }: Submission): boolean =>
  skipsCache === true ||
  [rerunOf, fireTime, start].some((reason) => reason !== undefined) ||
  Object.keys(earlyAnswers ?? {}).length > 0;

async function look(
  { models, logger }: SubmitDeps,
  { _id: executionId, ownerId, payload }: ExecutionRecord,
  { plugin: { id: plugin, version, revision }, action: { name: action, cache } }: ActionVersion,
): Promise<Lookup> {
  if (revision === undefined || !cache) return { kind: 'miss' };
  const subject = { plugin, version, revision, action, payload };
  // An action that shares may have kept a result for its owner alone.
  const keys = [cacheKeyOf({ ...subject, ownerId }), ...(cache.shared ? [cacheKeyOf(subject)] : [])];
  try {
    const lookup = await findCachedResult(models.ExecutionModel, { keys, ttlMs: cache.ttlMs });
    if (lookup.kind === 'unreadable')
      logger.warn({ executionId, plugin, action }, 'cached result unreadable: the action runs');
    return lookup;
  } catch (err) {
    logger[isDatabaseAway(err) ? 'debug' : 'warn']({ err, executionId }, 'cache not read: the action runs');
    return { kind: 'miss' };
  }
}

/** A task is mirrored after the insert, so an execution of one is not settled yet. */
function toCompleted(
  { config }: SubmitDeps,
  { isUnsettled, ...record }: ExecutionRecord,
  { result, content, now }: CachedResult,
): ExecutionRecord {
  return {
    ...record,
    status: 'completed',
    isCached: true,
    result,
    ...(content === undefined ? {} : { content }),
    endedAt: now,
    expiresAt: new Date(now.getTime() + config.EXECUTION_RETENTION_SECONDS * 1_000),
    ...(record.taskId === undefined || !isUnsettled ? { settledAt: now } : { isUnsettled }),
  };
}

/** Settles such an execution. No caller waits for it: its id is not known before the response. */
export function settleCached(deps: SubmitDeps, execution: ExecutionRecord): Promise<void> {
  return settleEnded({ ...deps, publishEnded: async () => undefined }, [execution]);
}
