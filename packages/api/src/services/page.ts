import { type PageOrder, type PagePosition, type PageRows, unreadableOf } from '@mcp-server/shared';

/** Paging options of every list. */
export interface PageQuery {
  after?: PagePosition | undefined;
  limit: number;
  order: PageOrder;
  withTotal: boolean;
}

export interface Page<T> {
  items: T[];
  /** Start of the next page; undefined on the last one. */
  next?: PagePosition;
  total?: number;
}

/** The fields of an item by which a list continues. */
interface Placed {
  id: string;
  createdAt: Date;
}

/**
 * Cuts a page from rows that were read with one more than `limit`: that row reveals a next page. A page whose search was
 * bounded may be short, or empty, and still have a next one.
 */
export function cutPage<T extends Placed>(
  { rows, searchedTo }: PageRows<T>,
  limit: number,
  order: PageOrder = 'newest-first',
): { items: T[]; next?: PagePosition } {
  const items = rows.slice(0, limit);
  if (rows.length <= limit) return { items, ...(searchedTo ? { next: searchedTo } : {}) };
  return { items, next: endOf(items, order) };
}

const START: Record<PageOrder, Date> = {
  'newest-first': new Date('9999-12-31T23:59:59.999Z'),
  'oldest-first': new Date(0),
};
/** Sorts behind every id that the product makes. */
export const LAST_ID = {
  'newest-first': '000000000000000000000000',
  'oldest-first': 'ffffffffffffffffffffffff',
} as const satisfies Record<PageOrder, string>;

/** The position of the last row that has one, so that a list of unreadable rows goes on and ends. */
function endOf(items: readonly Placed[], order: PageOrder): PagePosition {
  const last = items.findLast((row) => isReadable(row, '/createdAt') && isReadable(row, '/_id'));
  if (last) return { createdAt: last.createdAt, id: last.id };
  // A page of unreadable ids: whatever else has the time of the last one is passed over with it.
  const timed = items.findLast((row) => isReadable(row, '/createdAt'));
  if (timed) return { createdAt: timed.createdAt, id: LAST_ID[order] };
  // Rows without a readable time come before or after all others, so a page of them is the start of the list.
  return { createdAt: START[order], id: items[0]?.id ?? '' };
}

const isReadable = (row: Placed, pointer: string): boolean =>
  row.createdAt >= START['oldest-first'] && !(unreadableOf(row).unreadable ?? []).includes(pointer);
