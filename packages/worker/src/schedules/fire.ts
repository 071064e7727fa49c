import {
  advanceSchedule,
  cancelExecution,
  countOtherUnfinished,
  type CatalogueError,
  errors,
  findTask,
  isRefusal,
  type JsonValue,
  planDue,
  readScheduled,
  deleteTicker,
  type ScheduledTask,
  type ScheduleRefusal,
  submitExecution,
  type TickJob,
} from '@mcp-server/shared';

import { settle } from '../delivery/settle.ts';
import type { Deps } from '../deps.ts';
import { deferUnreadable } from './defer-unreadable.ts';

export type FireOutcome =
  | { kind: 'fired' }
  /** Its fire time has not come yet, by the database's clock. */
  | { kind: 'early'; waitMs: number }
  /** The schedule was changed, paused or deleted since the tick was created. */
  | { kind: 'void' };

/**
 * Handles the due fire times of one schedule: creates an execution for each, then advances the schedule. May run in
 * several processes at once and be repeated from the start after a crash anywhere: a fire time has at most one
 * execution.
 */
export async function fireSchedule(deps: Deps, tick: TickJob): Promise<FireOutcome> {
  const { TaskModel } = deps.models;
  const reading = await readScheduled(TaskModel, tick);
  if (!reading) return { kind: 'void' };
  const { task, now } = reading;
  if (task.nextRunAt > now) return { kind: 'early', waitMs: task.nextRunAt.getTime() - now.getTime() };
  if (await deferUnreadable(deps, task, now)) return { kind: 'void' };
  const plan = planDue(task.schedule, task.nextRunAt, now);
  let refusal: ScheduleRefusal | undefined;
  for (const fireTime of plan.fires) refusal = await fireOnce(deps, task, fireTime);
  const isAdvanced = await advanceSchedule(TaskModel, task, { next: plan.next, refusal });
  if (isAdvanced && !plan.next) await deleteTicker(deps.tickQueue, task.id).catch(() => undefined);
  if (!isAdvanced) await cancelOrphans(deps, task, plan.fires);
  return { kind: 'fired' };
}

/** Resolves to the refusal if the fire time is skipped. Rejects if it must be tried again. */
async function fireOnce(
  deps: Deps,
  task: ScheduledTask,
  fireTime: Date,
): Promise<ScheduleRefusal | undefined> {
  const { id: taskId, ownerId, plugin, action, priority, retry, timeoutMs, schedule } = task;
  const limit = schedule.overlap === 'skip' ? 1 : deps.config.MAX_UNFINISHED_PER_SCHEDULE;
  const unfinished = await countOtherUnfinished(deps.models.ExecutionModel, { taskId, fireTime, limit });
  if (unfinished >= limit) {
    if (schedule.overlap === 'skip') return undefined;
    // Otherwise a schedule that no worker serves would use up the limit of its owner.
    const { code, message } = new errors.ScheduleBacklog(unfinished);
    deps.log.warn({ taskId, fireTime, unfinished }, 'fire time skipped: schedule backlog');
    return { fireTime, code: code.toLowerCase(), message };
  }
  try {
    const work = { plugin, action, payload: JSON.parse(task.payload) as JsonValue, priority };
    const { execution } = await submitExecution(deps.submission, {
      ...work,
      taskId,
      ownerId,
      fireTime,
      source: 'schedule',
      retry,
      timeoutMs,
    });
    deps.log.info({ taskId, fireTime, executionId: execution._id }, 'schedule fired');
    return undefined;
  } catch (error) {
    if (!skipsFireTime(error)) throw error;
    deps.log.warn({ taskId, fireTime, code: error.code }, 'fire time refused');
    return { fireTime, code: error.code.toLowerCase(), message: error.message };
  }
}

/**
 * True for errors that skip the fire time. An owner at their limit skips it too: postponed fire times would only pile up.
 * Anything else keeps the fire time due, and the sweep fires it later.
 */
const skipsFireTime = (error: unknown): error is CatalogueError =>
  isRefusal(error) || error instanceof errors.TooManyUnfinished;

/**
 * Cancels executions of a task that was deleted while it fired: its deletion cancelled only those that existed then.
 */
async function cancelOrphans(deps: Deps, task: ScheduledTask, fireTimes: Date[]): Promise<void> {
  const { TaskModel, ExecutionModel } = deps.models;
  if (await findTask(TaskModel, { id: task.id })) return;
  const orphans = await ExecutionModel.find(
    { taskId: task.id, fireTime: { $in: fireTimes } },
    { _id: 1 },
  ).lean();
  for (const { _id: id } of orphans) {
    const outcome = await cancelExecution(ExecutionModel, {
      id,
      by: task.ownerId,
      retentionSeconds: deps.config.EXECUTION_RETENTION_SECONDS,
    });
    if (outcome.kind === 'cancelled') await settle(deps, outcome.execution);
  }
}
