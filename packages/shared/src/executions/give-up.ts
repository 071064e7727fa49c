import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { closeAttempt, endFields, holdsNow, leaseHasLapsed, NOW } from './clock.ts';

interface GiveUpRequest {
  id: string;
  retentionSeconds: number;
}

const CRASH_MESSAGE = {
  crashed: 'The process that ran it died; the limit of crashes is reached.',
  outcome_unknown:
    'The process that ran it died. The action must not be repeated, so its outcome is unknown.',
} as const;

const byPolicy = (crashed: unknown, unknown: unknown) => ({
  $cond: [{ $eq: ['$policy.onCrash', 'fail'] }, unknown, crashed],
});

/** Ends a run whose process died and that must not start again. Null when the lease lives or another was first. */
export async function endCrashed(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: GiveUpRequest,
): Promise<ExecutionRecord | null> {
  return model
    .findOneAndUpdate(
      {
        _id: id,
        status: 'running',
        ...holdsNow({
          $and: [
            leaseHasLapsed,
            {
              $or: [
                { $eq: ['$policy.onCrash', 'fail'] },
                { $gte: [{ $add: ['$crashes', 1] }, '$policy.maxCrashes'] },
              ],
            },
          ],
        }),
      },
      [
        {
          $set: {
            ...endFields(retentionSeconds),
            status: 'failed',
            crashes: { $add: ['$crashes', 1] },
            attempts: closeAttempt('$epoch', { outcome: 'crashed' }),
            failure: {
              kind: byPolicy('crashed', 'outcome_unknown'),
              message: byPolicy(CRASH_MESSAGE.crashed, CRASH_MESSAGE.outcome_unknown),
            },
          },
        },
        { $unset: ['lease'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

/** Ends waiting work whose deadline has passed. Null when that is not so. */
export async function endExpired(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: GiveUpRequest,
): Promise<ExecutionRecord | null> {
  const failure = { kind: 'expired', message: 'Its deadline passed before it could end.' };
  return model
    .findOneAndUpdate(
      {
        _id: id,
        status: { $in: ['queued', 'retrying', 'input_required'] },
        deadlineAt: { $exists: true },
        ...holdsNow({ $lte: ['$deadlineAt', NOW] }),
      },
      [
        { $set: { ...endFields(retentionSeconds), status: 'failed', failure } },
        { $unset: ['nextAttemptAt'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}
