import { setTimeout as delay } from 'node:timers/promises';

import type { Model } from 'mongoose';

import { isDatabaseAway, isDuplicateKey, isNeverSent, isWriteConflict } from '../connections/mongo-errors.ts';
import { AcceptUnknown, DatabaseUnavailable } from '../errors.ts';
import { collectionOf } from '../models/collection-of.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';

/**
 * Timeout of one try of the insert. Each of two tries may first wait for a batch in flight; together they stay below
 * the 5 s in which a caller gets a response.
 */
export const INSERT_TIMEOUT_MS = 1_200;

const MAX_CONFLICTS = 5;
const CONFLICT_PAUSE_MS = 50;

export type Acceptance =
  | { kind: 'accepted'; execution: ExecutionRecord }
  /** The idempotency key with this body, or the task's fire time, was used before: this is the earlier execution. */
  | { kind: 'repeated'; execution: ExecutionRecord }
  /** The idempotency key was used with another body. */
  | { kind: 'conflict' };

/**
 * Step 1, accept: once this returns, the work is promised. After a lost reply the same insert is sent once more: its
 * `_id` was created here, so a duplicate key means that the first insert arrived. `insert` may batch it with others.
 * @throws {DatabaseUnavailable} if nothing was stored. @throws {AcceptUnknown} if that is unknown; a repeat with the
 * same key is safe.
 */
export async function acceptExecution(
  model: Model<ExecutionRecord>,
  record: ExecutionRecord,
  insert: (record: ExecutionRecord) => Promise<void> = (alone) => insertOne(model, alone),
): Promise<Acceptance> {
  let conflicts = 0;
  let isRepeat = false;
  for (;;) {
    try {
      await insert(record);
      return { kind: 'accepted', execution: record };
    } catch (error) {
      if (isDuplicateKey(error, '_id')) return { kind: 'accepted', execution: record };
      if (isDuplicateKey(error, 'idempotencyKey')) return earlierAcceptance(model, record);
      if (isDuplicateKey(error, 'fireTime')) return earlierFire(model, record);
      if (isWriteConflict(error) && ++conflicts <= MAX_CONFLICTS) {
        // Inserts under one idempotency key collided. The first is stored by now; the others look again, spread out.
        await delay(Math.random() * CONFLICT_PAUSE_MS * conflicts);
        continue;
      }
      if (!isDatabaseAway(error)) throw error;
      if (isRepeat) throw new AcceptUnknown({ cause: error });
      if (isNeverSent(error)) throw new DatabaseUnavailable({ cause: error });
      isRepeat = true;
    }
  }
}

/** Stores one execution durably. */
export async function insertOne(model: Model<ExecutionRecord>, record: ExecutionRecord): Promise<void> {
  await collectionOf(model).insertOne(record, {
    writeConcern: { w: 'majority', journal: true },
    timeoutMS: INSERT_TIMEOUT_MS,
  });
}

async function earlierAcceptance(
  model: Model<ExecutionRecord>,
  record: ExecutionRecord,
): Promise<Acceptance> {
  const { ownerId, idempotencyKey } = record;
  const earlier = await model.findOne({ ownerId, idempotencyKey }).lean<ExecutionRecord>();
  if (!earlier) return { kind: 'conflict' };
  return earlier.bodyHash === record.bodyHash
    ? { kind: 'repeated', execution: earlier }
    : { kind: 'conflict' };
}

async function earlierFire(
  model: Model<ExecutionRecord>,
  { taskId, fireTime }: ExecutionRecord,
): Promise<Acceptance> {
  const earlier = await model.findOne({ taskId, fireTime }).lean<ExecutionRecord>();
  return earlier ? { kind: 'repeated', execution: earlier } : { kind: 'conflict' };
}
