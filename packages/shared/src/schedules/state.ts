import { type Model, Types } from 'mongoose';

import { literal, NOW } from '../executions/db-time.ts';
import { makeReadable, unreadableOf } from '../models/readable.ts';
import type { ScheduleRecord, ScheduleRefusal } from '../schemas/schedule.ts';
import type { TaskRecord } from '../schemas/task.ts';
import { findByIndex } from '../stores/find-by-index.ts';
import { type Stored, toStored } from '../stores/stored.ts';

type TaskModel = Model<TaskRecord>;
type LeanTask = TaskRecord & { _id: Types.ObjectId };

const revisionRaised = { $add: [{ $ifNull: ['$scheduleRevision', 0] }, 1] };

/**
 * Pieces of an update pipeline that set or clear the schedule of a task. `nextRunAt` is its first fire time from now
 * on. The status of a task without an execution shows whether it is scheduled.
 */
export function scheduleFields(schedule: ScheduleRecord | undefined, nextRunAt: Date | undefined) {
  const [from, to] = nextRunAt ? ['pending', 'scheduled'] : ['scheduled', 'pending'];
  return {
    set: {
      ...(schedule ? { schedule: literal(schedule) } : {}),
      ...(nextRunAt ? { nextRunAt: literal(nextRunAt) } : {}),
      scheduleRevision: revisionRaised,
      status: { $cond: [{ $eq: ['$status', from] }, to, '$status'] },
    },
    unset: ['lastRefusal', ...(schedule ? [] : ['schedule']), ...(nextRunAt ? [] : ['nextRunAt'])],
  };
}

/** Changes only whether and when a schedule fires. Undefined when the task or its schedule has changed since. */
export async function replaceSchedule(
  model: TaskModel,
  task: Pick<Stored<TaskRecord>, 'id' | 'scheduleRevision'>,
  { schedule, nextRunAt }: { schedule: ScheduleRecord; nextRunAt: Date | undefined },
): Promise<Stored<TaskRecord> | undefined> {
  const { set, unset } = scheduleFields(schedule, nextRunAt);
  const changed = await model
    .findOneAndUpdate(
      { _id: new Types.ObjectId(task.id), scheduleRevision: task.scheduleRevision },
      [{ $set: { ...set, updatedAt: NOW } }, { $unset: unset }],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<LeanTask>();
  return changed ? toStored(changed) : undefined;
}

/** A task with an active schedule. */
export type ScheduledTask = Stored<TaskRecord> &
  Required<Pick<TaskRecord, 'schedule' | 'scheduleRevision' | 'nextRunAt'>>;

export const isScheduled = (task: Stored<TaskRecord>): task is ScheduledTask =>
  task.schedule !== undefined && !task.schedule.isPaused && task.nextRunAt !== undefined;

/** Reads a task with the database's time; undefined unless this revision of its schedule is active. */
export async function readScheduled(
  model: TaskModel,
  { taskId, revision }: { taskId: string; revision: number },
): Promise<{ task: ScheduledTask; now: Date } | undefined> {
  const [record] = await model.aggregate<LeanTask & { now: Date }>([
    { $match: { _id: new Types.ObjectId(taskId), scheduleRevision: revision } },
    { $set: { now: NOW } },
  ]);
  if (!record) return undefined;
  const { now, ...lean } = record;
  makeReadable(model, [lean]);
  const task = toStored(lean);
  return isScheduled(task) ? { task, now } : undefined;
}

/**
 * Advances a schedule after its due fire times were handled. Compare-and-set: false when another process advanced it,
 * or it was changed or deleted.
 */
export async function advanceSchedule(
  model: TaskModel,
  { id, scheduleRevision, nextRunAt }: ScheduledTask,
  { next, refusal }: { next: Date | undefined; refusal: ScheduleRefusal | undefined },
): Promise<boolean> {
  const advanced = await model.updateOne(
    { _id: new Types.ObjectId(id), scheduleRevision, nextRunAt },
    {
      $set: { ...(next ? { nextRunAt: next } : {}), ...(refusal ? { lastRefusal: refusal } : {}) },
      $unset: { ...(next ? {} : { nextRunAt: 1 }), ...(refusal ? {} : { lastRefusal: 1 }) },
    },
  );
  return advanced.matchedCount === 1;
}

/**
 * Defers a schedule whose record cannot be read, so that it neither fires wrongly nor keeps others waiting. `next`:
 * when to look again.
 */
export async function deferSchedule(
  model: TaskModel,
  { id, nextRunAt }: Pick<ScheduledTask, 'id' | 'nextRunAt'>,
  { next, refusal }: { next: Date; refusal: ScheduleRefusal },
): Promise<void> {
  await model.updateOne(
    { _id: new Types.ObjectId(id), nextRunAt },
    { $set: { nextRunAt: next, lastRefusal: refusal } },
  );
}

/** Fields of a task that only describe it. */
const DESCRIPTIVE: ReadonlySet<string> = new Set([
  'title',
  'description',
  'tags',
  'lastRefusal',
  'status',
  'lastExecutionId',
  'lastExecutionAt',
  'lastFailure',
  'idempotencyKey',
  'bodyHash',
  'createdAt',
  'updatedAt',
]);

/** Pointers of the unreadable fields that a schedule needs to fire; an empty list means that it can. */
export const findMissingFieldsOfTask = (task: object): string[] =>
  (unreadableOf(task).unreadable ?? []).filter((pointer) => !DESCRIPTIVE.has(pointer.split('/')[1] ?? ''));

/** Lists tasks with a fire time up to `before`, the longest overdue first. */
export async function listOverdue(model: TaskModel, before: Date, limit: number): Promise<ScheduledTask[]> {
  const tasks = await findByIndex<TaskRecord, LeanTask>(model, {
    conditions: { nextRunAt: { $gte: new Date(0), $lte: before } },
    key: { nextRunAt: 1 },
    sort: { nextRunAt: 1 },
    limit,
  });
  return tasks.map(toStored).filter(isScheduled);
}

/** Lists a page of the tasks that need a ticker, in the order of ids, after `cursor`. */
export async function listScheduled(
  model: TaskModel,
  { cursor, limit }: { cursor: string; limit: number },
): Promise<ScheduledTask[]> {
  const after = cursor === '' ? {} : { _id: { $gt: new Types.ObjectId(cursor) } };
  const tasks = await model
    .find({ nextRunAt: { $exists: true }, ...after })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<LeanTask[]>();
  return tasks.map(toStored).filter(isScheduled);
}

/** Finds those of `ids` that need a ticker. */
export async function findScheduledIds(model: TaskModel, ids: string[]): Promise<Set<string>> {
  const _id = { $in: ids.toSorted().map((id) => new Types.ObjectId(id)) };
  const tasks = await model
    .find({ _id, nextRunAt: { $exists: true } }, { _id: 1 })
    .lean<{ _id: Types.ObjectId }[]>();
  return new Set(tasks.map((task) => task._id.toHexString()));
}
