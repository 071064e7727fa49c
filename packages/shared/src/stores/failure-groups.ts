import type { Model } from 'mongoose';

import { normalizeMessage } from '../executions/fingerprint.ts';
import type { ExecutionRecord, FailureKind } from '../schemas/execution.ts';
import { type BulkFilter, toBulkQuery } from './execution-query.ts';

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

interface Row {
  _id: { fingerprint: string | null; plugin: string; action: string; kind: FailureKind };
  count: number;
  firstSeenAt: Date;
  newest: { at: Date; id: string };
}

type Example = Pick<ExecutionRecord, '_id' | 'failure'>;

/**
 * Groups the newest failures by fingerprint, the largest group first. Reads one message per group and looks at no more
 * than `atMost` failures, so that a flood of failures does not load the database.
 */
export async function groupFailures(
  model: Model<ExecutionRecord>,
  { filter, limit, atMost }: { filter: Omit<BulkFilter, 'status'>; limit: number; atMost: number },
): Promise<GroupedFailures[]> {
  const rows = await model.aggregate<Row>([
    { $match: toBulkQuery({ ...filter, status: ['failed'] }) },
    { $sort: { endedAt: -1 } },
    { $limit: atMost },
    {
      $group: {
        _id: {
          fingerprint: { $ifNull: ['$fingerprint', null] },
          plugin: '$plugin',
          action: '$action',
          kind: '$failure.kind',
        },
        count: { $sum: 1 },
        firstSeenAt: { $min: '$endedAt' },
        newest: { $max: { at: '$endedAt', id: '$_id' } },
      },
    },
    { $sort: { count: -1, 'newest.at': -1 } },
    { $limit: limit },
  ]);
  const messages = await readMessages(
    model,
    rows.map(({ newest }) => newest.id),
  );
  return rows.map(({ _id: { fingerprint, plugin, action, kind }, count, firstSeenAt, newest }) => ({
    fingerprint,
    plugin,
    action,
    kind,
    message: messages.get(newest.id) ?? '',
    count,
    firstSeenAt,
    lastSeenAt: newest.at,
    exampleId: newest.id,
  }));
}

async function readMessages(model: Model<ExecutionRecord>, ids: string[]): Promise<Map<string, string>> {
  const examples = await model.find({ _id: { $in: ids.toSorted() } }, { failure: 1 }).lean<Example[]>();
  return new Map(examples.map(({ _id, failure }) => [_id, normalizeMessage(failure?.message ?? '')]));
}
