import { EventId, type ExecutionEvent, StoredEvent } from '../schemas/event.ts';

/** Key of the Redis stream of a user's events. */
export const eventStreamKey = (prefix: string, ownerId: string): string => `${prefix}:events:${ownerId}`;

/** Name of the only field of an entry. */
export const EVENT_FIELD = 'event';

/** Name of the only field of an entry that stands for events which were lost before they reached the stream. */
export const GAP_FIELD = 'gap';

/** How much of the past can be resumed; the smaller of both bounds wins. */
export const EVENT_STREAM_MAX_LENGTH = 1_000;
export const EVENT_STREAM_TTL_SECONDS = 3_600;

/** A stream entry as Redis returns it. */
export type StreamEntry = [id: string, fields: string[]];

export const isGap = ([, [field]]: StreamEntry): boolean => field === GAP_FIELD;

/** Parses an entry; undefined when it was not written by this product. */
export function readEvent([id, fields]: StreamEntry): ExecutionEvent | undefined {
  try {
    return { id: EventId.parse(id), ...StoredEvent.parse(JSON.parse(fields[1] ?? '')) };
  } catch {
    return undefined;
  }
}

/** Compares event ids: negative when `one` is older. */
export function compareEventIds(one: string, other: string): number {
  const [oneMs = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return oneMs - otherMs || oneCount - otherCount;
}
