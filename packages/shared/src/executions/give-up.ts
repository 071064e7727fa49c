import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { closeAttempt, endFields, holdsNow, isDueBy, leaseHasLapsed, NOW } from './db-time.ts';
import { fingerprintOf } from './fingerprint.ts';

interface GiveUpRequest {
  id: string;
  retentionSeconds: number;
}

const CRASH_MESSAGE = {
  crashed: 'The process that ran it died; the limit of crashes is reached.',
  too_late: 'The process that ran it died, and its deadline has passed.',
  outcome_unknown:
    'The process that ran it died. The action must not be repeated, so its outcome is unknown.',
} as const;

const EXPIRED_MESSAGE = {
  expired: 'Its deadline passed before it could start.',
  plugin_missing: 'No worker had the action before its deadline.',
} as const;

/** Plugin and action never change, so they may be read before the write that needs their fingerprint. */
async function readAction(
  model: Model<ExecutionRecord>,
  id: string,
): Promise<Pick<ExecutionRecord, 'plugin' | 'action'> | null> {
  return model.findById(id, { plugin: 1, action: 1 }).lean<Pick<ExecutionRecord, 'plugin' | 'action'>>();
}

const mustNotRepeat = { $eq: ['$policy.onCrash', 'fail'] };
const hasCrashesLeft = { $lt: [{ $add: ['$crashes', 1] }, '$policy.maxCrashes'] };
const isPastDeadline = isDueBy(NOW);
/** Value for the strongest of the three reasons not to start again. */
const byReason = (unknown: unknown, crashed: unknown, tooLate: unknown) => ({
  $cond: [mustNotRepeat, unknown, { $cond: [hasCrashesLeft, tooLate, crashed] }],
});

/**
 * Ends a run whose process died and that must not start again: its action may not be repeated, it crashed too often, or
 * its deadline has passed. Null when the lease is live or another process came first.
 */
export async function endCrashed(
  model: Model<ExecutionRecord>,
  { id, retentionSeconds }: GiveUpRequest,
): Promise<ExecutionRecord | null> {
  const of = await readAction(model, id);
  if (!of) return null;
  const fingerprint = (kind: 'crashed' | 'outcome_unknown', message: string) =>
    fingerprintOf(of, { kind, message });
  const { crashed, outcome_unknown: unknown, too_late: tooLate } = CRASH_MESSAGE;
  return model
    .findOneAndUpdate(
      {
        _id: id,
        status: 'running',
        ...holdsNow({
          $and: [leaseHasLapsed, { $or: [mustNotRepeat, { $not: [hasCrashesLeft] }, isPastDeadline] }],
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
              kind: byReason('outcome_unknown', 'crashed', 'crashed'),
              message: byReason(unknown, crashed, tooLate),
            },
            fingerprint: byReason(
              fingerprint('outcome_unknown', unknown),
              fingerprint('crashed', crashed),
              fingerprint('crashed', tooLate),
            ),
          },
        },
        { $unset: ['lease'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

/**
 * Ends an execution that waits past its deadline. Null otherwise: a run goes on. One that only met workers without its
 * action ends as `plugin_missing`.
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
        status: { $in: ['queued', 'retrying', 'input_required'] },
        ...holdsNow(isPastDeadline),
      },
      [
        {
          $set: {
            ...endFields(retentionSeconds),
            status: 'failed',
            failure: {
              kind: byAction('plugin_missing', 'expired'),
              message: byAction(EXPIRED_MESSAGE.plugin_missing, EXPIRED_MESSAGE.expired),
            },
            fingerprint: byAction(fingerprint('plugin_missing'), fingerprint('expired')),
          },
        },
        { $unset: ['nextAttemptAt'] },
      ],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}
