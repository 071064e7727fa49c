import {
  errors,
  nextFire,
  pointedAt,
  readDatabaseTime,
  type Models,
  type ScheduleInput,
  type ScheduleRecord,
} from '@mcp-server/shared';

/** A schedule as it is stored, with its first fire time. */
export interface StartedSchedule {
  schedule: ScheduleRecord;
  nextRunAt: Date | undefined;
}

/** Starts a schedule now, by the database's clock. @throws {errors.InvalidRequest} {errors.DatabaseUnavailable} */
export async function startSchedule(
  { models }: { models: Models },
  input: ScheduleInput,
): Promise<StartedSchedule> {
  const now = await readDatabaseTime(models.TaskModel);
  const { runAt, every, anchor, cron, timeZone, catchUp, overlap } = input;
  const schedule: ScheduleRecord = {
    ...(runAt === undefined ? {} : { runAt: new Date(runAt) }),
    ...(every === undefined ? {} : { every, anchor: anchor === undefined ? now : new Date(anchor) }),
    ...(cron === undefined ? {} : { cron, timeZone: timeZone ?? 'UTC' }),
    catchUp,
    overlap,
    isPaused: false,
  };
  const nextRunAt = nextFire(schedule, now);
  if (nextRunAt) return { schedule, nextRunAt };
  throw pointedAt(new errors.InvalidRequest(), [{ pointer: '/schedule/runAt', detail: 'is in the past' }]);
}
