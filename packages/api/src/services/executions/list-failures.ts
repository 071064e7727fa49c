import {
  type BulkFilter,
  type FailureGroup,
  type GroupedFailures,
  groupFailures,
  type Models,
} from '@mcp-server/shared';

import { type Principal, visibleTo } from '../principal.ts';

/** Number of newest failures to aggregate: takes a second or two, and more would not change the top groups. */
const LOOKED_AT = 100_000;

/** Groups failures among the caller's executions, the most frequent kind first. */
export async function listFailures(
  { models }: { models: Models },
  principal: Principal,
  {
    limit,
    ...filter
  }: Pick<BulkFilter, 'plugin' | 'action' | 'kind' | 'endedFrom' | 'endedTo'> & {
    limit: number;
  },
): Promise<FailureGroup[]> {
  const groups = await groupFailures(models.ExecutionModel, {
    filter: { ...filter, ...visibleTo(principal) },
    limit,
    atMost: LOOKED_AT,
  });
  return groups.map(presentGroup);
}

const presentGroup = ({ firstSeenAt, lastSeenAt, ...group }: GroupedFailures): FailureGroup => ({
  ...group,
  firstSeenAt: firstSeenAt.toISOString(),
  lastSeenAt: lastSeenAt.toISOString(),
});
