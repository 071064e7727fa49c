import { STATUS_CODES } from 'node:http';

import { Problem } from '@mcp-server/shared';
import { z } from 'zod';

/** An error response with a problem document. */
export const problem = (status: number) => ({
  description: STATUS_CODES[status] ?? 'Error',
  content: { 'application/problem+json': { schema: Problem } },
});

/**
 * The given error responses, and those that every route may send. Those of its declared rights (401, 403, 429) are added
 * to them when the route is registered.
 */
export const problems = <S extends number = never>(...statuses: S[]) =>
  Object.fromEntries([...statuses, 400, 500, 503].map((status) => [status, problem(status)])) as Record<
    S | 400 | 500 | 503,
    ReturnType<typeof problem>
  >;

/** Body of a POST that needs none: nothing, or an empty object. */
export const NoBody = z.strictObject({}).nullable();
