import type { ListTime } from '../models/list-index.ts';
import type { PageOrder } from './page.ts';

/** Comparisons of one field. */
type Range = Partial<Record<'$gte' | '$gt' | '$lte' | '$lt', unknown>>;

/** Part of a list that one scan of an index reads in order: the records of one time, or of a span of times. */
export type Stretch = { time: Date; _id: Range } | { time?: Range };

/** Place of a record in a list. */
export interface Place {
  time: Date;
  id: unknown;
}

/** Times that a list is limited to, both included. */
export interface TimeSpan {
  from?: Date | undefined;
  to?: Date | undefined;
}

/**
 * Splits the list after a place into stretches. A single query would need `$or`, for which DocumentDB reads and sorts
 * every match. Not by offset: page 1,000 costs the same as page 1.
 */
export function stretchesAfter(
  after: Place | undefined,
  order: PageOrder,
  { from, to }: TimeSpan,
): Stretch[] {
  const span: Range = { ...(from ? { $gte: from } : {}), ...(to ? { $lte: to } : {}) };
  if (!after) return [from || to ? { time: span } : {}];
  const { time, id } = after;
  const isWithin = (!from || from <= time) && (!to || time <= to);
  const sameTime: Stretch = { time, _id: order === 'newest-first' ? { $lt: id } : { $gt: id } };
  const others: Stretch = {
    time:
      order === 'newest-first'
        ? { ...(from ? { $gte: from } : {}), ...(to && to < time ? { $lte: to } : { $lt: time }) }
        : { ...(to ? { $lte: to } : {}), ...(from && from > time ? { $gte: from } : { $gt: time }) },
  };
  return isWithin ? [sameTime, others] : [others];
}

/** Cuts a stretch off after a place in it; records of that place's time may remain. */
export function upTo(stretch: Stretch, { time, id }: Place, order: PageOrder): Stretch {
  const bound = order === 'newest-first' ? '$gte' : '$lte';
  return '_id' in stretch
    ? { ...stretch, _id: { ...stretch._id, [bound]: id } }
    : { time: { ...stretch.time, [bound]: time } };
}

/** True if `one` is `other`, or comes before it in the list. */
export function isUpTo(one: Place, other: Place, order: PageOrder): boolean {
  const [oneId, otherId] = [String(one.id), String(other.id)];
  const difference =
    one.time.getTime() - other.time.getTime() || (oneId < otherId ? -1 : Number(oneId > otherId));
  return order === 'newest-first' ? difference >= 0 : difference <= 0;
}

/** Conditions of a query for the records of a stretch. */
export const conditionsOf = ({ time: range, ...ids }: Stretch, time: ListTime): Record<string, unknown> =>
  range === undefined ? {} : { [time]: range, ...ids };
