import { type ExecutionRecord, isEnded } from '@mcp-server/shared';

import { describeEnd, type Sighting } from '../watcher/sighting.ts';
import type { RunRecord, Violation } from './run-record.ts';

/** L1, L3, L4: each execution has one complete end and no other end after it. */
export function checkEnds({ documents, sightings }: RunRecord): Violation[] {
  const sightingsById = Map.groupBy(sightings, ({ id }) => id);
  const documentIds = new Set(documents.map(({ _id }) => _id));
  const vanished = [...sightingsById.keys()].filter((id) => !documentIds.has(id));
  return [
    ...documents.flatMap((document) => [
      ...checkChanges(document, sightingsById.get(document._id) ?? []),
      ...(isEnded(document.status) ? checkEnd(document) : []),
    ]),
    ...vanished.map((id) => ({ rule: 'end-changed', id, detail: 'an ended execution has vanished' })),
  ];
}

function checkChanges(document: ExecutionRecord, earlierSightings: Sighting[]): Violation[] {
  const last = JSON.stringify(describeEnd(document));
  const other = earlierSightings.find((sighting) => JSON.stringify(sighting) !== last);
  if (!other) return [];
  return [{ rule: 'end-changed', id: document._id, detail: `${JSON.stringify(other)} became ${last}` }];
}

function checkEnd(document: ExecutionRecord): Violation[] {
  const { _id: id, status, attempts, result, failure, endedAt, expiresAt, lease, nextAttemptAt } = document;
  const violations: Violation[] = [];
  const completed = attempts.filter(({ outcome }) => outcome === 'completed');
  const afterCompleted = completed[0] && attempts.some(({ epoch }) => epoch > completed[0]!.epoch);
  if (completed.length > 1 || afterCompleted) {
    violations.push({ rule: 'double-end', id, detail: JSON.stringify(attempts) });
  }
  const fits = {
    completed:
      completed.length === 1 && attempts.at(-1)?.outcome === 'completed' && result !== undefined && !failure,
    failed: completed.length === 0 && failure !== undefined && result === undefined,
    cancelled: completed.length === 0 && result === undefined,
  }[status as 'completed' | 'failed' | 'cancelled'];
  if (!fits) {
    violations.push({
      rule: 'end-without-attempt',
      id,
      detail: JSON.stringify({ status, failure, hasResult: result !== undefined, attempts }),
    });
  }
  if (!endedAt || !expiresAt || lease || nextAttemptAt) {
    violations.push({
      rule: 'end-not-whole',
      id,
      detail: JSON.stringify({ endedAt, expiresAt, lease, nextAttemptAt }),
    });
  }
  return violations;
}
