import { type Model, Types } from 'mongoose';

import { isDatabaseAway, isDuplicateKey } from '../connections/mongo-errors.ts';
import type { TaskRecord } from '../schemas/task.ts';
import { type Stored, toStored } from './stored.ts';

type TaskModel = Model<TaskRecord>;
type LeanTask = TaskRecord & { _id: Types.ObjectId };

export type TaskInsertion =
  | { kind: 'inserted'; task: Stored<TaskRecord> }
  /** The idempotency key with this body was used before: this is the earlier task. */
  | { kind: 'repeated'; task: Stored<TaskRecord> }
  /** The idempotency key was used with another body. */
  | { kind: 'conflict' };

/** Inserts a task. After a lost reply the same insert is sent once more, under the same `_id`. */
export async function insertTask(
  model: TaskModel,
  task: Omit<TaskRecord, 'createdAt' | 'updatedAt' | 'status'>,
): Promise<TaskInsertion> {
  const _id = new Types.ObjectId();
  for (let isRepeat = false; ; isRepeat = true) {
    try {
      const created = await model.create({ ...task, _id, status: task.nextRunAt ? 'scheduled' : 'pending' });
      return { kind: 'inserted', task: toStored(created.toObject<LeanTask>()) };
    } catch (error) {
      if (isDuplicateKey(error, 'idempotencyKey')) return earlierTask(model, task);
      const arrived = isDuplicateKey(error, '_id') ? await model.findById(_id).lean<LeanTask>() : null;
      if (arrived) return { kind: 'inserted', task: toStored(arrived) };
      if (isRepeat || !isDatabaseAway(error)) throw error;
    }
  }
}

async function earlierTask(
  model: TaskModel,
  { ownerId, idempotencyKey, bodyHash }: Pick<TaskRecord, 'ownerId' | 'idempotencyKey' | 'bodyHash'>,
): Promise<TaskInsertion> {
  const earlier = await model.findOne({ ownerId, idempotencyKey }).lean<LeanTask>();
  return earlier?.bodyHash === bodyHash && earlier
    ? { kind: 'repeated', task: toStored(earlier) }
    : { kind: 'conflict' };
}

/** Finds a task; without `ownerId` of any owner, for admins only. */
export async function findTask(
  model: TaskModel,
  { id, ownerId }: { id: string; ownerId?: string },
): Promise<Stored<TaskRecord> | undefined> {
  const task = await model
    .findOne({ _id: new Types.ObjectId(id), ...(ownerId === undefined ? {} : { ownerId }) })
    .lean<LeanTask>();
  return task ? toStored(task) : undefined;
}
