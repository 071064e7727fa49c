import type { Model, mongo } from 'mongoose';

import { collectionOf } from './collection-of.ts';
import type { Models } from './models.ts';

const INDEX_NOT_FOUND = 27;

type IndexNames = Partial<Record<keyof Models, readonly string[]>>;

/** Indexes of earlier versions. Kept, they would slow down every write or conflict with a new index. */
const CONFLICTING: IndexNames = {
  ExecutionModel: [
    'taskId_1_createdAt_-1',
    'plugin_1_action_1_createdAt_-1',
    'status_1_nextAttemptAt_1',
    'status_1_deadlineAt_1',
    'status_1_lease.until_1',
    'status_1_settledAt_1',
    'expiresAt_1',
  ],
};

/** Indexes of earlier versions that serve until their replacements exist. */
const REPLACED: IndexNames = {
  ExecutionModel: ['of_task', 'ownerId_1_status_1_createdAt_-1', 'redriveId_1'],
  TaskModel: ['ownerId_1_tags_1_createdAt_-1'],
  SessionModel: ['userId_1'],
};

/**
 * Drops indexes of earlier versions, which must go before new ones are created. Not for workers: their database user
 * may drop nothing.
 */
export const dropConflictingIndexes = (models: Models): Promise<void> => dropAll(models, CONFLICTING);

/** Drops indexes of earlier versions after their replacements have been created. Not for workers either. */
export const dropReplacedIndexes = (models: Models): Promise<void> => dropAll(models, REPLACED);

async function dropAll(models: Models, retired: IndexNames): Promise<void> {
  for (const [name, indexes] of Object.entries(retired)) {
    await dropIndexes(models[name as keyof Models] as Model<unknown>, indexes);
  }
}

async function dropIndexes(model: Model<unknown>, retired: readonly string[]): Promise<void> {
  await model.createCollection();
  const stored = await collectionOf(model as Model<mongo.Document>).indexes();
  for (const { name = '' } of stored) {
    if (retired.includes(name)) await dropIndex(model, name);
  }
}

async function dropIndex(model: Model<unknown>, name: string): Promise<void> {
  try {
    await collectionOf(model as Model<mongo.Document>).dropIndex(name);
  } catch (error) {
    // Another process dropped it first.
    if ((error as mongo.MongoServerError).code !== INDEX_NOT_FOUND) throw error;
  }
}
