import { IANAZone } from 'luxon';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/**
 * A time on the wall clock of a zone, as the milliseconds of the same digits in UTC. On days when the clocks change some of
 * these times do not exist and others come twice.
 */
export type WallTime = number;

/** How far the zone's clock is ahead of UTC at an instant, in milliseconds. */
export function offsetAt(timeZone: string, instantMs: number): number {
  return IANAZone.create(timeZone).offset(instantMs) * MINUTE_MS;
}

/** The instants with this wall time, oldest first: one, two where the clock is set back, none where it is set forward. */
export function instantsOf(timeZone: string, wall: WallTime): number[] {
  return offsetsAround(timeZone, wall)
    .map((offset) => wall - offset)
    .filter((instant) => instant + offsetAt(timeZone, instant) === wall);
}

/** The first instant after a wall time that does not exist: where the clock is set forward. */
export function endOfGap(timeZone: string, wall: WallTime): number {
  const offsets = offsetsAround(timeZone, wall);
  let before = wall - Math.max(...offsets);
  let after = wall - Math.min(...offsets);
  const offset = offsetAt(timeZone, after);
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(timeZone, middle) === offset) after = middle;
    else before = middle;
  }
  return after;
}

/**
 * The wall time that all instants after `instantMs` are after, too: earlier than the one shown when the clock is about to
 * be set back over it.
 */
export function earliestWallAfter(timeZone: string, instantMs: number): WallTime {
  const now = offsetAt(timeZone, instantMs);
  const tomorrow = offsetAt(timeZone, instantMs + DAY_MS);
  const isShownAgain = tomorrow < now && offsetAt(timeZone, instantMs + now - tomorrow) === tomorrow;
  return instantMs + (isShownAgain ? tomorrow : now);
}

/** The wall time that all instants up to `instantMs` are at or before: later than the one shown after a set-back. */
export function latestWallUpTo(timeZone: string, instantMs: number): WallTime {
  const now = offsetAt(timeZone, instantMs);
  const yesterday = offsetAt(timeZone, instantMs - DAY_MS);
  const isShownAgain = yesterday > now && offsetAt(timeZone, instantMs - (yesterday - now)) === yesterday;
  return instantMs + (isShownAgain ? yesterday : now);
}

/** A zone changes at most once within two days, so these are the two offsets that a wall time may have. */
function offsetsAround(timeZone: string, wall: WallTime): number[] {
  const offsets = [offsetAt(timeZone, wall - DAY_MS), offsetAt(timeZone, wall + DAY_MS)];
  return [...new Set(offsets)].toSorted((a, b) => b - a);
}
