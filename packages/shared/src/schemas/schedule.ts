import { z } from 'zod';

import { checkCron, isTimeZone } from '../schedules/cron.ts';

const DAY_MS = 86_400_000;
/** Shorter intervals would be all overhead; such work belongs in one action that loops. */
const MIN_EVERY_MS = 1_000;

/** Handling of missed fire times: `one` fires the newest of them, `none` fires none. */
export const CatchUp = z.enum(['none', 'one']);
export type CatchUp = z.infer<typeof CatchUp>;

/** Whether a fire time starts an execution while an earlier one of the task is unfinished. */
export const Overlap = z.enum(['allow', 'skip']);
export type Overlap = z.infer<typeof Overlap>;

const Instant = z.iso.datetime({ offset: true });

/** Schedule input: exactly one of `runAt`, `every` and `cron`. */
export const ScheduleInput = z
  .strictObject({
    runAt: Instant.optional().describe('Fires once, at this time'),
    every: z
      .int()
      .min(MIN_EVERY_MS)
      .max(366 * DAY_MS)
      .optional()
      .describe('Interval in milliseconds, counted from `anchor`'),
    anchor: Instant.optional().describe('Default: the time at which the schedule is set'),
    cron: z.string().max(200).optional().describe('Five fields, or six with seconds first'),
    timeZone: z.string().max(64).optional().describe('IANA zone of `cron`; default UTC'),
    catchUp: CatchUp.default('one'),
    overlap: Overlap.default('allow'),
  })
  .superRefine((schedule, context) => {
    const refuse = (field: string | undefined, message: string) =>
      context.addIssue({ code: 'custom', path: field === undefined ? [] : [field], message });
    const rules = (['runAt', 'every', 'cron'] as const).filter((name) => schedule[name] !== undefined);
    if (rules.length !== 1) return refuse(undefined, 'must have exactly one of runAt, every and cron');
    if (schedule.anchor !== undefined && rules[0] !== 'every') refuse('anchor', 'is only allowed with every');
    if (schedule.timeZone !== undefined && rules[0] !== 'cron')
      refuse('timeZone', 'is only allowed with cron');
    else if (!isTimeZone(schedule.timeZone ?? 'UTC')) refuse('timeZone', 'is not a known IANA time zone');
    else if (schedule.cron !== undefined) {
      const problem = checkCron(schedule.cron, schedule.timeZone ?? 'UTC');
      if (problem !== undefined) refuse('cron', problem);
    }
  });
export type ScheduleInput = z.infer<typeof ScheduleInput>;

/** When a schedule fires: one of the three, as stored. */
export const ScheduleRule = z.object({
  runAt: z.date().optional(),
  every: z.int().optional(),
  anchor: z.date().optional(),
  cron: z.string().optional(),
  timeZone: z.string().optional(),
});
export type ScheduleRule = z.infer<typeof ScheduleRule>;

/** The schedule of a task, as stored. */
export const ScheduleRecord = z.object({
  ...ScheduleRule.shape,
  catchUp: CatchUp,
  overlap: Overlap,
  isPaused: z.boolean(),
});
export type ScheduleRecord = z.infer<typeof ScheduleRecord>;

/** Why a fire time was skipped: code and message with which a request would have been refused. */
export const ScheduleRefusal = z.object({ fireTime: z.date(), code: z.string(), message: z.string() });
export type ScheduleRefusal = z.infer<typeof ScheduleRefusal>;

/** A schedule in API responses. */
export const Schedule = z.object({
  runAt: z.iso.datetime().optional(),
  every: z.int().optional(),
  anchor: z.iso.datetime().optional(),
  cron: z.string().optional(),
  timeZone: z.string().optional(),
  catchUp: CatchUp,
  overlap: Overlap,
  isPaused: z.boolean(),
  /** Raised by every change; ticks of an older one do nothing. */
  revision: z.int(),
});
export type Schedule = z.infer<typeof Schedule>;
