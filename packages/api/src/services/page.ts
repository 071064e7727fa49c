import type { PageOrder, PagePosition } from '@mcp-server/shared';

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

/** Cuts a page from `found`, which must be read with one item more than `limit`: that item reveals a next page. */
export function cutPage<T extends Placed>(rows: T[], limit: number): { items: T[]; next?: PagePosition } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(rows.length > limit && last ? { next: { createdAt: last.createdAt, id: last.id } } : {}),
  };
}
