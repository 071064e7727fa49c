import { type BulkFilter, errors } from '@mcp-server/shared';

import { type Principal, visibleTo } from '../principal.ts';

/**
 * Narrows a filter to what the caller can reach: admins reach all users unless they name an owner, others only their own
 * executions. @throws {errors.Forbidden} if a caller other than an admin names another owner
 */
export function narrowToCaller(principal: Principal, filter: BulkFilter): BulkFilter {
  const own = visibleTo(principal);
  if (own.ownerId !== undefined && filter.ownerId !== undefined && filter.ownerId !== own.ownerId) {
    throw new errors.Forbidden('only admins can filter by ownerId');
  }
  return { ...filter, ...own };
}
