import type { AttemptRecord, ExecutionRecord, InputRecord, TimelineEvent } from '@mcp-server/shared';

import type { QueuePlace } from '../../../redis/queue-place.ts';

type TimelineEntry = Omit<TimelineEvent, 'at'> & { at: Date };

/**
 * Builds the timeline in order. Times are the database's, except those of `accepted` and `enqueued`, which come from the
 * process that did it. So acceptance is placed first and the end last, whatever the clocks say.
 */
export function buildTimeline(execution: ExecutionRecord, place: QueuePlace | undefined): TimelineEvent[] {
  const { createdAt, seq, attempts, inputs = [], redeliveries = [], heldAt, cancel } = execution;
  const between: TimelineEntry[] = [
    ...(place?.enqueuedAt ? [{ what: 'enqueued' as const, at: place.enqueuedAt, seq }] : []),
    ...redeliveries.map((redelivery) => ({
      what: 'redelivered' as const,
      at: redelivery.at,
      seq: redelivery.seq,
    })),
    ...attempts.flatMap(describeAttempt),
    ...inputs.flatMap(describeInput),
    ...(heldAt ? [{ what: 'held' as const, at: heldAt }] : []),
    ...(cancel ? [{ what: 'cancel_requested' as const, at: cancel.at, by: cancel.by }] : []),
  ];
  const inOrder = between.toSorted((one, other) => one.at.getTime() - other.at.getTime());
  return [{ what: 'accepted' as const, at: createdAt }, ...inOrder, ...describeEnd(execution)].map(present);
}

const present = ({ at, ...event }: TimelineEntry): TimelineEvent => ({ at: at.toISOString(), ...event });

function describeInput({ key, epoch, askedAt, answeredAt }: InputRecord): TimelineEntry[] {
  const asked: TimelineEntry = { what: 'input_asked', at: askedAt, key, epoch };
  return answeredAt ? [asked, { what: 'input_answered', at: answeredAt, key }] : [asked];
}

function describeAttempt({
  epoch,
  worker,
  startedAt,
  endedAt,
  outcome,
  error,
}: AttemptRecord): TimelineEntry[] {
  const who = { worker, epoch };
  const claimed: TimelineEntry = { what: 'claimed', at: startedAt, ...who };
  if (!endedAt) return [claimed];
  const what = outcome === 'crashed' || outcome === 'handed_back' ? outcome : ('attempt_ended' as const);
  const facts = { ...(outcome ? { outcome } : {}), ...(error ? { failure: error } : {}) };
  return [claimed, { what, at: endedAt, ...who, ...facts }];
}

function describeEnd({ endedAt, status, failure }: ExecutionRecord): TimelineEntry[] {
  if (!endedAt) return [];
  return [{ what: 'ended', at: endedAt, status, ...(failure ? { failure } : {}) }];
}
