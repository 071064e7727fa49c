import { type BulkFilter, errors } from '@mcp-server/shared';

import { type Principal, visibleTo } from '../principal.ts';

/**
 * Narrows a filter to what the caller may touch: admins reach everybody unless they name an owner, everybody else
 * reaches what is theirs. @throws {errors.Forbidden} when somebody else names an owner.
 */
export function narrowToCaller(principal: Principal, filter: BulkFilter): BulkFilter {
  const own = visibleTo(principal);
  if (own.ownerId !== undefined && filter.ownerId !== undefined && filter.ownerId !== own.ownerId) {
    throw new errors.Forbidden('only admins can filter by ownerId');
  }
  return { ...filter, ...own };
}
