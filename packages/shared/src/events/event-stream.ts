import { EventId, type ExecutionEvent, StoredEvent } from '../schemas/event.ts';

/** The Redis stream of a user's events. */
export const eventStreamKey = (prefix: string, ownerId: string): string => `${prefix}:events:${ownerId}`;

/** The one field of an entry. */
export const EVENT_FIELD = 'event';

/** How much of the past can be resumed: whichever of both ends first. */
export const EVENT_STREAM_MAX_LENGTH = 1_000;
export const EVENT_STREAM_TTL_SECONDS = 3_600;

/** A stream entry as Redis answers it. */
export type StreamEntry = [id: string, fields: string[]];

/** An entry as an event, or undefined when something else than this product wrote it. */
export function readEvent([id, fields]: StreamEntry): ExecutionEvent | undefined {
  try {
    return { id: EventId.parse(id), ...StoredEvent.parse(JSON.parse(fields[1] ?? '')) };
  } catch {
    return undefined;
  }
}

/** Orders ids of events: negative when `one` is the older. */
export function compareEventIds(one: string, other: string): number {
  const [oneMs = 0, oneCount = 0] = one.split('-').map(Number);
  const [otherMs = 0, otherCount = 0] = other.split('-').map(Number);
  return oneMs - otherMs || oneCount - otherCount;
}
