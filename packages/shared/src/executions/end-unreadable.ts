import type { Model } from 'mongoose';

import { unreadableOf } from '../models/readable.ts';
import { type ExecutionRecord, UNFINISHED_STATUSES } from '../schemas/execution.ts';
import { endFields, holdsNow, literal, NOW } from './db-time.ts';

/** Code of the failure of an execution whose record cannot be read. */
const CODE = 'UNREADABLE_RECORD';

/** Fields without which an execution can neither run nor wait. */
const NEEDED: ReadonlySet<string> = new Set([
  '_id',
  'ownerId',
  'plugin',
  'action',
  'pool',
  'payload',
  'policy',
  'status',
  'seq',
  'epoch',
  'lease',
  'attemptsUsed',
  'crashes',
  'handBacks',
  'attempts',
  'nextAttemptAt',
  'deadlineAt',
  'heldAt',
  'redeliveries',
  'cancel',
  'inputs',
  'earlyAnswers',
  'steps',
  'createdAt',
]);

/** Pointers of the unreadable fields that an execution needs; an empty list means that it can run. */
export const findMissingFields = (execution: object): string[] =>
  (unreadableOf(execution).unreadable ?? []).filter((pointer) => NEEDED.has(pointer.split('/')[1] ?? ''));

const isText = { $eq: [{ $type: '$lease.token' }, 'string'] };
const isLive = {
  $and: [isText, { $eq: [{ $type: '$lease.until' }, 'date'] }, { $gte: ['$lease.until', NOW] }],
};

/**
 * Ends an execution whose stored record cannot be read, so that it neither waits forever nor is claimed again and again.
 * Uses none of its fields but the status and the lease. `token`: of the claim that its caller holds. Null when it has
 * ended, or another process runs it.
 */
export async function endUnreadable(
  model: Model<ExecutionRecord>,
  {
    id,
    token,
    pointers,
    retentionSeconds,
  }: {
    id: string;
    token?: string | undefined;
    pointers: readonly string[];
    retentionSeconds: number;
  },
): Promise<ExecutionRecord | null> {
  const failure = {
    kind: 'error',
    code: CODE,
    message: `Its stored record cannot be read: ${pointers.join(', ')}.`,
  };
  const isOwn =
    token === undefined
      ? holdsNow({ $not: [{ $and: [{ $eq: ['$status', 'running'] }, isLive] }] })
      : { 'lease.token': token };
  return model
    .findOneAndUpdate(
      { _id: id, status: { $in: UNFINISHED_STATUSES }, ...isOwn },
      [
        { $set: { ...endFields(retentionSeconds), status: 'failed', failure: literal(failure) } },
        { $unset: ['lease', 'nextAttemptAt'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}
