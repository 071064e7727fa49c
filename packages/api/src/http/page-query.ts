import { Instant, Slug } from '@mcp-server/shared';
import { z } from 'zod';

import type { PageQuery } from '../services/page.ts';
import type { PageCursor } from './page-cursor.ts';

const MAX_PAGE = 100;

/** `nextCursor` of every list. */
export const NextCursor = z.string().nullable().describe('`null`: this is the last page');

/** `total` of a list that counts on request. */
export const Total = z.int().optional().describe('With `count=true` only');

/** Sentence for the descriptions of lists with filters that no index serves. `filters` names them. */
export const describeSearch = (filters: string): string =>
  `A page that is filtered by ${filters} looks at 2,000 records at most: it may be short, even empty, and still have a ` +
  '`nextCursor`. Continue until that is `null`.';

/** Query of every list with a cursor. */
export const cursorQuery = (cursor: z.ZodType<z.infer<typeof PageCursor>, string>) => ({
  limit: z.coerce.number().int().min(1).max(MAX_PAGE).default(20),
  cursor: cursor.optional().describe('`nextCursor` of the previous page'),
});

/** Query of a list that is ordered by `createdAt`. */
export const listQuery = (cursor: z.ZodType<z.infer<typeof PageCursor>, string>) => ({
  ...cursorQuery(cursor),
  sort: z.enum(['-createdAt', 'createdAt']).default('-createdAt').describe('`-createdAt`: newest first'),
  count: z
    .stringbool()
    .default(false)
    .describe('`true` adds `total`, which counts every match: slow if there are many'),
  plugin: Slug.optional(),
  action: Slug.optional(),
  createdFrom: Instant.optional().describe('ISO 8601, inclusive'),
  createdTo: Instant.optional().describe('ISO 8601, inclusive'),
});

interface RawPageQuery {
  limit: number;
  cursor?: PageQuery['after'];
  sort: 'createdAt' | '-createdAt';
  count: boolean;
}

/** Converts the query to the form that services take. */
export function toPageQuery<Q extends RawPageQuery>({
  cursor,
  sort,
  count,
  ...fields
}: Q): Omit<Q, 'cursor' | 'sort' | 'count'> & PageQuery {
  const order = sort === 'createdAt' ? 'oldest-first' : 'newest-first';
  return { ...fields, after: cursor, order, withTotal: count };
}
