import type { Connection } from 'mongoose';

import { DatabaseUnavailable } from '../errors.ts';
import type { Lease } from '../schemas/execution.ts';

/**
 * Pieces of update pipelines that use the database's clock. Leases, due times and deadlines are set and compared with
 * `$$NOW` only, so that a process with a wrong clock can neither steal a run nor start one early.
 */
export const NOW = '$$NOW';

/** Expression for the database's time plus `ms` milliseconds. */
export const inMs = (ms: number) => ({ $add: [NOW, ms] });

/**
 * Filter by the database's clock. The doubled negation is for DocumentDB: it moves a bare comparison into an index
 * scan, and there it does not know `$$NOW`.
 */
export const holdsNow = (condition: unknown) => ({ $expr: { $not: [{ $not: [condition] }] } });

/** True if an optional field is missing, or stored as null by another program. Filters say `field: null` for the same. */
export const isUnset = (field: string) => ({ $eq: [{ $ifNull: [field, null] }, null] });

/** True if the deadline comes before this time; one that is not set never does. */
export const isDueBy = (time: unknown) => ({
  $and: [{ $not: [isUnset('$deadlineAt')] }, { $lte: ['$deadlineAt', time] }],
});

/** Value that must not be read as an expression (texts of plugins may begin with `$`). */
export const literal = (value: unknown) => ({ $literal: value });

/** Milliseconds from a date expression to now. */
export const since = (date: unknown) => ({ $subtract: [NOW, date] });

/** Closes the open attempt of an epoch; all others stay as they are. */
export const closeAttempt = (epoch: number | '$epoch', fields: Record<string, unknown>) => ({
  $map: {
    input: '$attempts',
    as: 'attempt',
    in: {
      $cond: [
        {
          $and: [{ $eq: ['$$attempt.epoch', epoch] }, { $not: [{ $ifNull: ['$$attempt.endedAt', false] }] }],
        },
        { $mergeObjects: ['$$attempt', { endedAt: NOW, ...fields }] },
        '$$attempt',
      ],
    },
  },
});

/** Each further crash of an execution delays its next start by this much more. */
const CRASH_BACKOFF_MS = 1_000;

/** True once the lease, plus the backoff of earlier crashes, has passed: the holder counts as dead. */
export const leaseHasLapsed = {
  $lt: [{ $add: ['$lease.until', { $multiply: ['$crashes', CRASH_BACKOFF_MS] }] }, NOW],
};

/** The same rule for a document that was read with the database's time: it has lapsed when this is before that time. */
export const leaseLapsesAt = ({ until }: Lease, crashes: number): Date =>
  new Date(until.getTime() + crashes * CRASH_BACKOFF_MS);

/**
 * Fields that every end state sets. `expiresAt` (TTL) is set only here. Without a task there is nothing left to settle
 * after the end, so the same write marks it as settled.
 */
export const endFields = (retentionSeconds: number) => ({
  endedAt: NOW,
  updatedAt: NOW,
  expiresAt: inMs(retentionSeconds * 1_000),
  settledAt: { $cond: [isUnset('$taskId'), NOW, '$$REMOVE'] },
  isUnsettled: { $cond: [isUnset('$taskId'), '$$REMOVE', true] },
});

/** Reads the database's time, for decisions that come before a write. @throws {DatabaseUnavailable} */
export async function readDatabaseTime(
  model: { db: Connection },
  options: { timeoutMS?: number } = {},
): Promise<Date> {
  if (!model.db.db) throw new DatabaseUnavailable();
  const { localTime } = await model.db.db.command({ hello: 1 }, options);
  return localTime as Date;
}
