import { CronExpressionParser } from 'cron-parser';

const MIN_FIELDS = 5;
const MAX_FIELDS = 6;
/** `H` draws a random value with every reading, so it names no fire times that two processes could agree on. */
const RANDOM_FIELD = /(^|[\s,/-])H/i;

/** The first fire time after `after`. @throws {Error} on a pattern or zone that `checkCron` refuses. */
export function nextCron(cron: string, timeZone: string, after: Date): Date {
  return CronExpressionParser.parse(cron, { currentDate: after, tz: timeZone }).next().toDate();
}

/** The last fire time at or before `upTo`. */
export function latestCron(cron: string, timeZone: string, upTo: Date): Date {
  // The library looks strictly before the given time.
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

/** What is wrong with a pattern, in words for its author; undefined when it fires some day. */
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
