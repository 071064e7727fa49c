import { type Model, Types } from 'mongoose';

import { listIndex, type ListTime } from '../models/list-index.ts';
import { findByIndex } from './find-by-index.ts';
import type { PageOrder, PageRequest, PageRows } from './page.ts';
import {
  conditionsOf,
  isUpTo,
  type Place,
  type Stretch,
  stretchesAfter,
  type TimeSpan,
  upTo,
} from './stretch.ts';

/** Number of rows that a page searches when no index serves the whole filter: takes a few milliseconds. */
export const MAX_SEARCHED = 2_000;

type Conditions = Readonly<Record<string, unknown>>;

/** Records to list, and the index to read them from. */
export interface List {
  /** Leading fields of the index. */
  index: readonly string[];
  /** Time by which the index and the list are ordered. Default: `createdAt`. */
  time?: ListTime;
  /** Equality on the leading fields, and conditions that nearly every record meets. */
  where: Conditions;
  span?: TimeSpan;
  /** Conditions that the index does not serve: the page may be short, because its search is bounded. */
  rest?: Conditions;
}

type Row = { _id: Types.ObjectId | string } & Partial<Record<ListTime, Date>>;

/** Chooses the first index whose fields all have a value in `filter`, for a list that is filtered by equality. */
export function chooseIndex(
  filter: Conditions,
  indexes: readonly (readonly string[])[],
): Pick<List, 'index' | 'where' | 'rest'> {
  const given = Object.entries(filter).filter(([, value]) => value !== undefined);
  const fields = new Set(given.map(([field]) => field));
  const index = indexes.find((candidate) => candidate.every((field) => fields.has(field))) ?? [];
  const isServed = ([field]: [string, unknown]): boolean => index.includes(field);
  const rest = given.filter((entry) => !isServed(entry));
  return {
    index,
    where: Object.fromEntries(given.filter(isServed)),
    ...(rest.length > 0 ? { rest: Object.fromEntries(rest) } : {}),
  };
}

/**
 * Reads a page in the order of its index. The query names the index: DocumentDB would otherwise read and sort every
 * match, and no list may depend on what a planner prefers today.
 */
export async function readPage<Raw, Listed extends Row>(
  model: Model<Raw>,
  list: List,
  { after, limit, order = 'newest-first', fields = {} }: PageRequest & { fields?: Record<string, 0 | 1> },
): Promise<PageRows<Listed>> {
  const { time = 'createdAt', span = {}, rest } = list;
  const all = stretchesAfter(after && toPlace(model, after), order, span);
  const { stretches, bound } = rest ? await boundSearch(model, list, all, order) : { stretches: all };
  const parts = await Promise.all(
    stretches.map((stretch) => find<Raw, Listed>(model, list, { stretch, order, rest, fields, limit })),
  );
  const rows = parts.flat().slice(0, limit);
  if (!bound) return { rows };
  return {
    rows: rows.filter((row) => isUpTo(placeOf(row, time), bound, order)),
    searchedTo: { createdAt: bound.time, id: String(bound.id) },
  };
}

/** Cuts stretches off after as many rows as a page may search. Without `bound` they have fewer. */
async function boundSearch<Raw>(
  model: Model<Raw>,
  list: List,
  all: readonly Stretch[],
  order: PageOrder,
): Promise<{ stretches: readonly Stretch[]; bound?: Place }> {
  const { time = 'createdAt' } = list;
  let left = MAX_SEARCHED;
  for (const [at, stretch] of all.entries()) {
    // Only the last stretch can be long; the number of rows in the others is needed, and there are few.
    const range = at === all.length - 1 ? { skip: left - 1, limit: 1 } : { skip: 0, limit: left };
    const rows = await find<Raw, Row>(model, list, { stretch, order, fields: { [time]: 1 }, ...range });
    const last = rows.at(-1);
    if (last && range.skip + rows.length === left) {
      const bound = placeOf(last, time);
      return { stretches: [...all.slice(0, at), upTo(stretch, bound, order)], bound };
    }
    left -= rows.length;
  }
  return { stretches: all };
}

interface Scan {
  stretch: Stretch;
  order: PageOrder;
  rest?: Conditions | undefined;
  fields: object;
  skip?: number;
  limit: number;
}

function find<Raw, Found>(
  model: Model<Raw>,
  { index, time = 'createdAt', where }: List,
  { stretch, order, rest, ...scan }: Scan,
): Promise<Found[]> {
  const direction = order === 'newest-first' ? -1 : 1;
  return findByIndex<Raw, Found>(model, {
    conditions: { ...where, ...conditionsOf(stretch, time), ...rest },
    key: listIndex(index, time),
    sort: { [time]: direction, _id: direction },
    ...scan,
  });
}

const placeOf = (row: Row, time: ListTime): Place => ({ time: row[time] ?? new Date(0), id: row._id });

function toPlace<Raw>(model: Model<Raw>, { createdAt, id }: NonNullable<PageRequest['after']>): Place {
  const isText = model.schema.path('_id').instance === 'String';
  return { time: createdAt, id: isText ? id : new Types.ObjectId(id) };
}
