import { executionIdOf, type ExecutionRecord, isEnded, jobId, leaseLapsesAt } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { listPools } from './list-pools.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

/**
 * The longest deferral of work that could start: up to 5 s while the database is away, and more in a backlog that a
 * worker passes on to others at a bounded rate.
 */
const LONGEST_DEFERRAL_MS = 20_000;
/** An idle worker looks for due jobs every 2 s. */
const SLACK_MS = 3_000;
/** BullMQ keeps the due time of a delayed job in the upper bits of its score. */
const SCORES_PER_MS = 0x1000;
const AT_ONCE = 50;
/** Cursor of a pool whose last page was read. */
const DONE = -1;

const FIELDS = { seq: 1, status: 1, lease: 1, crashes: 1, nextAttemptAt: 1, heldAt: 1 } as const;
type Deferred = Pick<ExecutionRecord, '_id' | keyof typeof FIELDS>;

interface DelayedJob {
  id: string;
  executionId: string;
  dueAt: number;
}

/**
 * Promotes delayed jobs of work that could have started by now, by the database's clock. BullMQ delays a job by the clock
 * of the process that defers it, and promotes it by the clock of one that takes jobs. Either may be wrong, or be
 * corrected in between: a job that waits for 5 s would then wait for an hour.
 */
export const rescueDeferred: Repair = async ({ deps, now, cursor }) => {
  const ranks = (cursor === '' ? {} : JSON.parse(cursor)) as Record<string, number>;
  const next: Record<string, number> = {};
  for (const pool of await listPools(deps)) {
    const rank = ranks[pool] ?? 0;
    next[pool] = rank === DONE ? DONE : await rescuePage(deps, pool, rank, now);
  }
  return Object.values(next).every((rank) => rank === DONE) ? '' : JSON.stringify(next);
};

/** Resolves to the rank at which the next page begins. */
async function rescuePage(deps: Deps, pool: string, rank: number, now: Date): Promise<number> {
  const page = await readDelayed(deps, pool, rank);
  const executions = await deps.models.ExecutionModel.find(
    { _id: { $in: page.map(({ executionId }) => executionId).toSorted() } },
    FIELDS,
  ).lean<Deferred[]>();
  const byId = new Map(executions.map((execution) => [execution._id, execution]));
  const forgotten = page.filter((job) => isForgotten(job, byId.get(job.executionId), now));
  for (let start = 0; start < forgotten.length; start += AT_ONCE) {
    await Promise.all(forgotten.slice(start, start + AT_ONCE).map((job) => promote(deps, pool, job, now)));
  }
  return page.length < SWEEP_PAGE ? DONE : rank + page.length - forgotten.length;
}

async function readDelayed(deps: Deps, pool: string, rank: number): Promise<DelayedJob[]> {
  const key = deps.queueOf(pool).toKey('delayed');
  const members = await deps.producer.zrange(key, rank, rank + SWEEP_PAGE - 1, 'WITHSCORES');
  const jobs: DelayedJob[] = [];
  for (let index = 0; index + 1 < members.length; index += 2) {
    const id = members[index] ?? '';
    const executionId = executionIdOf(id);
    jobs.push({ id, executionId, dueAt: Math.floor(Number(members[index + 1]) / SCORES_PER_MS) });
  }
  return jobs;
}

/** True if the work could have started a while ago and its job is due at a time that no deferral explains. */
function isForgotten({ id, dueAt }: DelayedJob, execution: Deferred | undefined, now: Date): boolean {
  const startsAt = startOf(execution, id);
  if (startsAt === undefined || startsAt.getTime() > now.getTime() - SLACK_MS) return false;
  return dueAt < now.getTime() - SLACK_MS || isFarAhead(dueAt, now);
}

const isFarAhead = (dueAt: number, now: Date): boolean =>
  dueAt > now.getTime() + LONGEST_DEFERRAL_MS + SLACK_MS;

const AT_ANY_TIME = new Date(0);

/** Earliest time at which a delivery can do something; undefined while its plugin is paused. */
function startOf(execution: Deferred | undefined, id: string): Date | undefined {
  // A job without work is delivered so that it ends.
  if (!execution || isEnded(execution.status) || jobId(execution._id, execution.seq) !== id)
    return AT_ANY_TIME;
  const { status, lease, crashes, nextAttemptAt, heldAt } = execution;
  if (heldAt) return undefined;
  if (status === 'running' && lease) return leaseLapsesAt(lease, crashes);
  return nextAttemptAt ?? AT_ANY_TIME;
}

async function promote(deps: Deps, pool: string, { id, dueAt }: DelayedJob, now: Date): Promise<void> {
  const job = await deps.queueOf(pool).getJob(id);
  // It may have become due in between.
  await job?.promote().catch(() => undefined);
  // A job that is due may only wait because all workers are busy.
  if (isFarAhead(dueAt, now)) deps.metrics.swept.inc({ repair: 'deferred' });
}
