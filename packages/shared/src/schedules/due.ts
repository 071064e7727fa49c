import { DEAD_AFTER_MS } from '../alive.ts';
import type { ScheduleRecord } from '../schemas/schedule.ts';
import { latestFire, nextFire } from './rule.ts';

/**
 * A fire time later than this counts as missed: the whole fleet was away, because one dead worker is covered by the
 * others well before.
 */
const MISSED_AFTER_MS = DEAD_AFTER_MS;

export interface DuePlan {
  /** Fire times to create an execution for now, oldest first. */
  fires: Date[];
  /** First fire time after this plan; undefined when the schedule has ended. */
  next: Date | undefined;
}

/**
 * Decides what fires now. `from` is the first unhandled fire time, `now` the database's time. After an outage (the
 * oldest due fire time is missed) all due ones collapse into the newest, which with `catchUp: none` fires only if it is
 * not missed itself.
 */
export function planDue(schedule: ScheduleRecord, from: Date, now: Date): DuePlan {
  if (from > now) return { fires: [], next: from };
  const next = nextFire(schedule, now);
  const isMissed = (fire: Date) => now.getTime() - fire.getTime() > MISSED_AFTER_MS;
  if (isMissed(from)) {
    const newest = latestFire(schedule, now);
    const fires = newest && (schedule.catchUp === 'one' || !isMissed(newest)) ? [newest] : [];
    return { fires, next };
  }
  const fires: Date[] = [];
  for (let fire: Date | undefined = from; fire && fire <= now; fire = nextFire(schedule, fire))
    fires.push(fire);
  return { fires, next };
}
