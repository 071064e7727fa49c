import type { Model } from 'mongoose';

import { normalizeMessage } from '../executions/fingerprint.ts';
import type { ExecutionRecord, FailureKind } from '../schemas/execution.ts';
import type { PagePosition } from './page.ts';
import { MAX_SEARCHED, readPage } from './read-page.ts';

type ExecutionModel = Model<ExecutionRecord>;

/** Filter for failures; absent fields do not filter, times include both ends. */
export interface FailureFilter extends Partial<Pick<ExecutionRecord, 'ownerId' | 'plugin' | 'action'>> {
  kind?: FailureKind | undefined;
  endedFrom?: Date | undefined;
  endedTo?: Date | undefined;
}

/** Failures of one kind, of all owners. */
export interface GroupedFailures {
  /** Null for failures that were stored before fingerprints existed. */
  fingerprint: string | null;
  plugin: string;
  action: string;
  kind: FailureKind;
  /** Message without its variable parts. */
  message: string;
  count: number;
  firstSeenAt: Date;
  lastSeenAt: Date;
  /** Newest failure of the group. */
  exampleId: string;
}

export interface FailurePage {
  groups: GroupedFailures[];
  /** Position of the oldest failure that was looked at, if there may be earlier ones. */
  searchedTo?: PagePosition;
}

type Failed = Pick<ExecutionRecord, '_id' | 'fingerprint' | 'plugin' | 'action' | 'failure'> & {
  endedAt: Date;
};

const FIELDS = { fingerprint: 1, plugin: 1, action: 1, 'failure.kind': 1, endedAt: 1 } as const;

/**
 * Groups the newest failures by fingerprint, the largest group first. Looks at no more failures than a page of any list
 * does, so that a flood of them does not load the database. They are grouped here, because DocumentDB's
 * `$group` was slower.
 */
export async function groupFailures(
  model: ExecutionModel,
  { filter, after, limit }: { filter: FailureFilter; after?: PagePosition | undefined; limit: number },
): Promise<FailurePage> {
  const failures = await readNewest(model, filter, after);
  const groups = group(failures.filter(matches(filter)))
    .toSorted((one, other) => other.count - one.count || Number(other.lastSeenAt) - Number(one.lastSeenAt))
    .slice(0, limit);
  const messages = await readMessages(
    model,
    groups.map(({ exampleId }) => exampleId),
  );
  const last = failures.length === MAX_SEARCHED ? failures.at(-1) : undefined;
  return {
    groups: groups.map((one) => Object.assign(one, { message: messages.get(one.exampleId) ?? '' })),
    ...(last ? { searchedTo: { createdAt: last.endedAt, id: last._id } } : {}),
  };
}

/** Reads the newest failures of an owner, or of all, within the filter's span. */
async function readNewest(
  model: ExecutionModel,
  { ownerId, endedFrom, endedTo }: FailureFilter,
  after: PagePosition | undefined,
): Promise<Failed[]> {
  const owner = ownerId === undefined ? {} : { ownerId };
  const list = {
    index: Object.keys(owner),
    time: 'endedAt' as const,
    where: { ...owner, status: 'failed' },
    span: { from: endedFrom, to: endedTo },
  };
  const { rows } = await readPage<ExecutionRecord, Failed>(model, list, {
    after,
    limit: MAX_SEARCHED,
    fields: FIELDS,
  });
  return rows;
}

const matches =
  ({ plugin, action, kind }: FailureFilter) =>
  (failed: Failed): boolean =>
    (plugin === undefined || failed.plugin === plugin) &&
    (action === undefined || failed.action === action) &&
    (kind === undefined || failed.failure?.kind === kind);

/** For a time that cannot be read. */
const NEVER = new Date(0);

/** Groups failures, which come newest first. */
function group(failures: readonly Failed[]): GroupedFailures[] {
  const groups = new Map<string, GroupedFailures>();
  for (const { _id: exampleId, fingerprint = null, plugin, action, failure, endedAt = NEVER } of failures) {
    const kind = failure?.kind ?? 'error';
    const key = JSON.stringify([fingerprint, plugin, action, kind]);
    const known = groups.get(key);
    if (known) Object.assign(known, { count: known.count + 1, firstSeenAt: endedAt });
    else {
      const times = { firstSeenAt: endedAt, lastSeenAt: endedAt };
      groups.set(key, { fingerprint, plugin, action, kind, message: '', count: 1, ...times, exampleId });
    }
  }
  return [...groups.values()];
}

type Example = Pick<ExecutionRecord, '_id' | 'failure'>;

async function readMessages(model: ExecutionModel, ids: string[]): Promise<Map<string, string>> {
  const examples = await model.find({ _id: { $in: ids.toSorted() } }, { failure: 1 }).lean<Example[]>();
  return new Map(examples.map(({ _id, failure }) => [_id, normalizeMessage(failure?.message ?? '')]));
}
