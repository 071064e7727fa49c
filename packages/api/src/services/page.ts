import type { PageOrder, PagePosition, PageRows } from '@mcp-server/shared';

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
): { items: T[]; next?: PagePosition } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const next = rows.length > limit && last ? { createdAt: last.createdAt, id: last.id } : searchedTo;
  return { items, ...(next ? { next } : {}) };
}
