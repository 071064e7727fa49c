import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { closeAttempt, endFields, holdsNow, leaseHasLapsed, NOW } from './db-time.ts';
import { fingerprintOf } from './fingerprint.ts';

interface GiveUpRequest {
  id: string;
  retentionSeconds: number;
}

const CRASH_MESSAGE = {
  crashed: 'The process that ran it died; the limit of crashes is reached.',
  outcome_unknown:
    'The process that ran it died. The action must not be repeated, so its outcome is unknown.',
} as const;

const EXPIRED_MESSAGE = {
  expired: 'Its deadline passed before it could end.',
  plugin_missing: 'No worker had the action before its deadline.',
} as const;

/** Plugin and action never change, so they may be read before the write that needs their fingerprint. */
async function readAction(
  model: Model<ExecutionRecord>,
  id: string,
): Promise<Pick<ExecutionRecord, 'plugin' | 'action'> | null> {
  return model.findById(id, { plugin: 1, action: 1 }).lean<Pick<ExecutionRecord, 'plugin' | 'action'>>();
}

const byPolicy = (crashed: unknown, unknown: unknown) => ({
  $cond: [{ $eq: ['$policy.onCrash', 'fail'] }, unknown, crashed],
});

/**
 * Ends a run whose process died and that must not start again. Null when the lease is live or another process came
 * first.
 */
export async function endCrashed(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: GiveUpRequest,
): Promise<ExecutionRecord | null> {
  const of = await readAction(model, id);
  if (!of) return null;
  const fingerprint = (kind: keyof typeof CRASH_MESSAGE) =>
    fingerprintOf(of, { kind, message: CRASH_MESSAGE[kind] });
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
            fingerprint: byPolicy(fingerprint('crashed'), fingerprint('outcome_unknown')),
          },
        },
        { $unset: ['lease'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

/**
 * Ends an execution whose deadline has passed and that no worker runs (any more). Null otherwise. One that only met
 * workers without its action ends as `plugin_missing`.
 */
export async function endExpired(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: GiveUpRequest,
): Promise<ExecutionRecord | null> {
  const of = await readAction(model, id);
  if (!of) return null;
  const byAction = (missing: unknown, expired: unknown) => ({
    $cond: [{ $eq: ['$lacksAction', true] }, missing, expired],
  });
  const fingerprint = (kind: keyof typeof EXPIRED_MESSAGE) =>
    fingerprintOf(of, { kind, message: EXPIRED_MESSAGE[kind] });
  return model
    .findOneAndUpdate(
      {
        _id: id,
        deadlineAt: { $exists: true },
        $or: [
          { status: { $in: ['queued', 'retrying', 'input_required'] } },
          { status: 'running', ...holdsNow(leaseHasLapsed) },
        ],
        ...holdsNow({ $lte: ['$deadlineAt', NOW] }),
      },
      [
        {
          $set: {
            ...endFields(retentionSeconds),
            status: 'failed',
            attempts: closeAttempt('$epoch', { outcome: 'crashed' }),
            failure: {
              kind: byAction('plugin_missing', 'expired'),
              message: byAction(EXPIRED_MESSAGE.plugin_missing, EXPIRED_MESSAGE.expired),
            },
            fingerprint: byAction(fingerprint('plugin_missing'), fingerprint('expired')),
          },
        },
        { $unset: ['nextAttemptAt', 'lease'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}
