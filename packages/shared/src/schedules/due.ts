import type { ScheduleRecord } from '../schemas/schedule.ts';
import { latestFire, nextFire } from './rule.ts';

/**
 * From so late on a fire time counts as missed. A worker that was silent for as long counts as gone; a single one that
 * dies is made good by the others well before, and then every fire time still gets its execution.
 */
const MISSED_AFTER_MS = 15_000;

export interface DuePlan {
  /** Fire times that get an execution now, oldest first. */
  fires: Date[];
  /** The first fire time that is not handled by this plan; undefined when the schedule is at its end. */
  next: Date | undefined;
}

/**
 * Decides what fires now. `from` is the first fire time not handled yet, `now` the database's time. After an outage
 * (the oldest due one is missed) all due ones collapse into the newest, which with `catchUp: none` fires only if it is
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
