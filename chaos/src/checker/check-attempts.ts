import { type AttemptOutcome, type ExecutionRecord, isEnded } from '@mcp-server/shared';

import type { RunRecord, Violation } from './run-record.ts';

/** I3: one record for each claim, in order, closed once the execution has ended, and counted by its kind. */
export function checkAttempts({ documents }: RunRecord): Violation[] {
  return documents.flatMap((document) => [
    ...checkEpochs(document),
    ...(isEnded(document.status) ? [...checkClosed(document), ...checkCounts(document)] : []),
  ]);
}

function checkEpochs({ _id: id, epoch, attempts }: ExecutionRecord): Violation[] {
  const isWhole =
    attempts.length === epoch && attempts.every((attempt, index) => attempt.epoch === index + 1);
  if (isWhole) return [];
  const epochs = attempts.map((attempt) => attempt.epoch);
  return [{ rule: 'attempt-epochs', id, detail: JSON.stringify({ epoch, epochs }) }];
}

function checkClosed({ _id: id, attempts }: ExecutionRecord): Violation[] {
  const open = attempts.filter(({ endedAt, outcome }) => !endedAt || !outcome);
  return open.map((attempt) => ({ rule: 'attempt-open', id, detail: JSON.stringify(attempt) }));
}

function checkCounts(document: ExecutionRecord): Violation[] {
  const { _id: id, attempts, attemptsUsed, crashes, handBacks, cancel } = document;
  const count = (...outcomes: AttemptOutcome[]) =>
    attempts.filter(({ outcome }) => outcome && outcomes.includes(outcome)).length;
  const counted = {
    attemptsUsed: count('completed', 'failed'),
    crashes: count('crashed'),
    handBacks: count('handed_back'),
  };
  // A cancel closes a dead attempt without a claim, so its crash is not counted.
  const isCrashCounted = crashes === counted.crashes || (cancel && crashes === counted.crashes - 1);
  if (attemptsUsed === counted.attemptsUsed && isCrashCounted && handBacks === counted.handBacks) return [];
  const stored = { attemptsUsed, crashes, handBacks };
  return [{ rule: 'attempt-counts', id, detail: JSON.stringify({ stored, counted }) }];
}
