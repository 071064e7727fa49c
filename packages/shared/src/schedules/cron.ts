import { CronExpressionParser } from 'cron-parser';

const MIN_FIELDS = 5;
const MAX_FIELDS = 6;
/** `H` draws a random value on every parse, so two processes would not agree on fire times. */
const RANDOM_FIELD = /(^|[\s,/-])H/i;

/** Returns the first fire time after `after`. @throws {Error} if `checkCron` refuses the pattern or zone. */
export function nextCron(cron: string, timeZone: string, after: Date): Date {
  return CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone }).next().toDate();
}

/** Returns the last fire time at or before `upTo`. */
export function latestCron(cron: string, timeZone: string, upTo: Date): Date {
  // The library searches strictly before the given time.
  const currentDate = new Date(upTo.getTime() + 1);
  return CronExpressionParser.parse(cron, { currentDate, tz: timeZone }).prev().toDate();
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
