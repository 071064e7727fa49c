import type { QueryFilter } from 'mongoose';

import { type IndexKey, listIndex } from '../models/list-index.ts';
import type { ExecutionRecord, FailureKind } from '../schemas/execution.ts';

/** Filter for executions of a bulk operation. Absent fields do not filter; times include both ends. */
export interface BulkFilter extends Partial<
  Pick<ExecutionRecord, 'ownerId' | 'plugin' | 'action' | 'taskId' | 'fingerprint'>
> {
  status?: readonly ExecutionRecord['status'][];
  kind?: FailureKind | undefined;
  ids?: readonly string[] | undefined;
  createdFrom?: Date | undefined;
  createdTo?: Date | undefined;
  endedFrom?: Date | undefined;
  endedTo?: Date | undefined;
}

/** Builds the query of a filter. The order of fields follows no index; the database chooses one. */
export function toBulkQuery({
  status,
  kind,
  ids,
  createdFrom,
  createdTo,
  endedFrom,
  endedTo,
  ...fields
}: BulkFilter): QueryFilter<ExecutionRecord> {
  return {
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
    // A partial index on one status serves an equality only.
    ...(status ? { status: status.length === 1 ? status[0] : { $in: [...status] } } : {}),
    ...(kind === undefined ? {} : { 'failure.kind': kind }),
    ...(ids ? { _id: { $in: ids.toSorted() } } : {}),
    ...span('createdAt', createdFrom, createdTo),
    ...span('endedAt', endedFrom, endedTo),
  };
}

/**
 * Chooses the index that reads the fewest of the executions that a filter names; undefined: ids, or no index is better
 * than the database's own choice.
 */
export function toBulkIndex({
  ids,
  fingerprint,
  taskId,
  ownerId,
  status = [],
}: BulkFilter): IndexKey | undefined {
  if (ids) return undefined;
  if (fingerprint !== undefined) return { fingerprint: 1, endedAt: 1 };
  if (taskId !== undefined) return listIndex(['taskId']);
  if (ownerId !== undefined && status.length === 1) return listIndex(['ownerId', 'status']);
  return undefined;
}

const span = (field: string, from: Date | undefined, to: Date | undefined) =>
  from || to ? { [field]: { ...(from ? { $gte: from } : {}), ...(to ? { $lte: to } : {}) } } : {};
