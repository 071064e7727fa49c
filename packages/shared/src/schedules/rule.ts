import type { ScheduleRule } from '../schemas/schedule.ts';
import { latestCron, nextCron } from './cron.ts';

/** Returns the first fire time strictly after `after`; undefined when there is none left. */
export function nextFire(rule: ScheduleRule, after: Date): Date | undefined {
  const { runAt, every, cron } = rule;
  if (runAt) return runAt > after ? runAt : undefined;
  if (cron !== undefined) return nextCron(cron, rule.timeZone ?? 'UTC', after);
  if (every === undefined) return undefined;
  const anchor = rule.anchor?.getTime() ?? 0;
  const intervals = Math.floor((after.getTime() - anchor) / every) + 1;
  return new Date(anchor + Math.max(0, intervals) * every);
}

/** Returns the last fire time at or before `upTo`; undefined when there was none yet. */
export function latestFire(rule: ScheduleRule, upTo: Date): Date | undefined {
  const { runAt, every, cron } = rule;
  if (runAt) return runAt <= upTo ? runAt : undefined;
  if (cron !== undefined) return latestCron(cron, rule.timeZone ?? 'UTC', upTo);
  if (every === undefined) return undefined;
  const anchor = rule.anchor?.getTime() ?? 0;
  const intervals = Math.floor((upTo.getTime() - anchor) / every);
  return intervals < 0 ? undefined : new Date(anchor + intervals * every);
}

/** Lists the next `count` fire times after `after`. */
export function nextFires(rule: ScheduleRule, after: Date, count: number): Date[] {
  const fires: Date[] = [];
  for (let fire = nextFire(rule, after); fire && fires.length < count; fire = nextFire(rule, fire)) {
    fires.push(fire);
  }
  return fires;
}
