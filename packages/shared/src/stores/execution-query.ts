import type { QueryFilter } from 'mongoose';

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
    ...(status ? { status: { $in: [...status] } } : {}),
    ...(kind === undefined ? {} : { 'failure.kind': kind }),
    ...(ids ? { _id: { $in: ids.toSorted() } } : {}),
    ...span('createdAt', createdFrom, createdTo),
    ...span('endedAt', endedFrom, endedTo),
  };
}

const span = (field: string, from: Date | undefined, to: Date | undefined) =>
  from || to ? { [field]: { ...(from ? { $gte: from } : {}), ...(to ? { $lte: to } : {}) } } : {};
