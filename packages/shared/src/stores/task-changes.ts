import { type Model, Types } from 'mongoose';

import { literal, NOW } from '../executions/db-time.ts';
import { scheduleFields } from '../schedules/state.ts';
import type { ScheduleRecord } from '../schemas/schedule.ts';
import type { TaskRecord } from '../schemas/task.ts';
import { type Stored, toStored } from './stored.ts';

type TaskModel = Model<TaskRecord>;
type LeanTask = TaskRecord & { _id: Types.ObjectId };

/** Fields that a user may change. `null` clears a field, undefined leaves it as it is. */
export type TaskUpdate = {
  [Field in 'title' | 'priority' | 'tags' | 'plugin' | 'action' | 'payload']?: TaskRecord[Field] | undefined;
} & {
  [Field in 'description' | 'retry' | 'timeoutMs']?: TaskRecord[Field] | null;
};

export interface ScheduleChange {
  schedule: ScheduleRecord | undefined;
  nextRunAt: Date | undefined;
}

/**
 * Updates a task if its payload and action are still those of `task`, against which the new ones were checked.
 * Undefined when they are not, or the task is gone. A schedule restarts, even if it is the same one.
 */
export async function updateTask(
  model: TaskModel,
  task: Stored<TaskRecord>,
  { update, scheduling }: { update: TaskUpdate; scheduling?: ScheduleChange | undefined },
): Promise<Stored<TaskRecord> | undefined> {
  const changes = Object.entries(update).filter(([, value]) => value !== undefined);
  const set = changes.filter(([, value]) => value !== null).map(([field, value]) => [field, literal(value)]);
  const cleared = changes.filter(([, value]) => value === null).map(([field]) => field);
  const timing = scheduling && scheduleFields(scheduling.schedule, scheduling.nextRunAt);
  const unset = [...cleared, ...(timing?.unset ?? [])];
  const { id, plugin, action, payload } = task;
  const changed = await model
    .findOneAndUpdate(
      { _id: new Types.ObjectId(id), plugin, action, payload },
      [
        { $set: { ...Object.fromEntries(set), ...timing?.set, updatedAt: NOW } },
        ...(unset.length > 0 ? [{ $unset: unset }] : []),
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<LeanTask>();
  return changed ? toStored(changed) : undefined;
}

/** Deletes a task; false when it was already gone. */
export async function deleteTask(model: TaskModel, id: string): Promise<boolean> {
  const removed = await model.deleteOne({ _id: new Types.ObjectId(id) });
  return removed.deletedCount === 1;
}
