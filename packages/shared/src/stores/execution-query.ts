import type { QueryFilter } from 'mongoose';

import type { ExecutionRecord, FailureKind } from '../schemas/execution.ts';

/** Which executions something is done to, all at once. Fields left out do not filter; times include both ends. */
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

/** The query of a filter, with the fields in the order of no index in particular: the database chooses. */
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
