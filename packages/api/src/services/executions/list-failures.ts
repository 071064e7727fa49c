import {
  type FailureFilter,
  type FailureGroup,
  type GroupedFailures,
  groupFailures,
  type Models,
  type PagePosition,
} from '@mcp-server/shared';

import type { Page } from '../page.ts';
import { type Principal, visibleTo } from '../principal.ts';

/** Groups the newest failures among the caller's executions, the most frequent kind first. */
export async function listFailures(
  { models }: { models: Models },
  principal: Principal,
  {
    after,
    limit,
    ...filter
  }: Omit<FailureFilter, 'ownerId'> & { after?: PagePosition | undefined; limit: number },
): Promise<Page<FailureGroup>> {
  const { groups, searchedTo } = await groupFailures(models.ExecutionModel, {
    filter: { ...filter, ...visibleTo(principal) },
    after,
    limit,
  });
  return { items: groups.map(presentGroup), ...(searchedTo ? { next: searchedTo } : {}) };
}

const presentGroup = ({ firstSeenAt, lastSeenAt, ...group }: GroupedFailures): FailureGroup => ({
  ...group,
  firstSeenAt: firstSeenAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
});
