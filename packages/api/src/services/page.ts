import type { PageOrder, PagePosition } from '@mcp-server/shared';

/** Paging of a list: every list takes it beside its filters. */
export interface PageQuery {
  after?: PagePosition | undefined;
  limit: number;
  order: PageOrder;
  withTotal: boolean;
}

export interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined on the last one. */
  next?: PagePosition;
  total?: number;
}

/** What a list needs to know about an item to go on after it. */
interface Placed {
  id: string;
  createdAt: Date;
}

/** A page of `found`, which was asked for one more than `limit`: that one tells whether there is a next page. */
export function cutPage<T extends Placed>(found: T[], limit: number): { items: T[]; next?: PagePosition } {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    ...(found.length > limit && last ? { next: { createdAt: last.createdAt, id: last.id } } : {}),
  };
}
