import { CronExpressionParser } from 'cron-parser';

import { earliestWallAfter, endOfGap, instantsOf, latestWallUpTo, type WallTime } from './wall-clock.ts';

const MIN_FIELDS = 5;
const MAX_FIELDS = 6;
/** `H` draws a random value on every parse, so two processes would not agree on fire times. */
const RANDOM_FIELD = /(^|[\s,/-])H/i;

const HOURS_OF_DAY = 24;

/**
 * The pattern's wall times, and the instants at which each fires. A pattern for every hour follows real time: it fires at
 * every instant that matches. Any other names times of day, and each of those fires once a day: the first one of two, and
 * for one that does not exist the first instant after it.
 */
function readPattern(cron: string, timeZone: string) {
  const open = (currentDate: number) => CronExpressionParser.parse(cron, { currentDate, tz: 'UTC' });
  const isEveryHour = open(0).fields.hour.values.length === HOURS_OF_DAY;
  return {
    open,
    firesAt: (wall: WallTime): number[] => {
      const instants = instantsOf(timeZone, wall);
      return isEveryHour ? instants : [instants[0] ?? endOfGap(timeZone, wall)];
    },
  };
}

/** Returns the first fire time after `after`. @throws {Error} if `checkCron` refuses the pattern or zone. */
export function nextCron(cron: string, timeZone: string, after: Date): Date {
  const { open, firesAt } = readPattern(cron, timeZone);
  const walls = open(earliestWallAfter(timeZone, after.getTime()));
  let next = Infinity;
  for (;;) {
    const instants = firesAt(walls.next().getTime());
    next = Math.min(next, ...instants.filter((instant) => instant > after.getTime()));
    // A time that occurs twice is found before the times between its two instants.
    if ((instants[0] ?? -Infinity) > after.getTime()) return new Date(next);
  }
}

/** Returns the last fire time at or before `upTo`. */
export function latestCron(cron: string, timeZone: string, upTo: Date): Date {
  const { open, firesAt } = readPattern(cron, timeZone);
  // The library searches strictly before the given time.
  const walls = open(latestWallUpTo(timeZone, upTo.getTime()) + 1);
  let latest = -Infinity;
  for (;;) {
    const instants = firesAt(walls.prev().getTime());
    latest = Math.max(latest, ...instants.filter((instant) => instant <= upTo.getTime()));
    if ((instants.at(-1) ?? Infinity) <= upTo.getTime()) return new Date(latest);
  }
}

export function isTimeZone(name: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat('en', { timeZone: name }));
  } catch {
    return false;
  }
}

/** Checks a pattern; returns the problem in words for its author, or undefined if the pattern fires some day. */
export function checkCron(cron: string, timeZone: string): string | undefined {
  const fields = cron.trim().split(/\s+/).length;
  if (fields < MIN_FIELDS || fields > MAX_FIELDS) return 'must have five fields, or six with seconds first';
  if (RANDOM_FIELD.test(cron)) return 'must not use H: its fire times would be random';
  try {
    nextCron(cron, timeZone, new Date());
    return undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : '';
    return reason.includes('loop limit') ? 'never fires' : `is not a cron pattern: ${reason}`;
  }
}
