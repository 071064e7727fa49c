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
  // Rows without a readable time come before or after all others, so a page of them is the start of the list.
  const last = items.findLast(hasPosition) ?? { id: rows[0]?.id ?? '', createdAt: START[order] };
  return { items, next: { createdAt: last.createdAt, id: last.id } };
}

const START: Record<PageOrder, Date> = {
  'newest-first': new Date('9999-12-31T23:59:59.999Z'),
  'oldest-first': new Date(0),
};

const POSITION = new Set(['/createdAt', '/_id']);

const hasPosition = (row: Placed): boolean =>
  row.createdAt >= START['oldest-first'] &&
  !(unreadableOf(row).unreadable ?? []).some((pointer) => POSITION.has(pointer));
