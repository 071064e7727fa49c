import { LRUCache } from 'lru-cache';
import { z } from 'zod';

import { checkCron, isTimeZone } from '../schedules/cron.ts';
import { InstantText } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

const DAY_MS = 86_400_000;
/** Shorter intervals would be all overhead; such work belongs in one action that loops. */
const MIN_EVERY_MS = 1_000;

/** Handling of missed fire times: `one` fires the newest of them, `none` fires none. */
export const CatchUp = z.enum(['none', 'one']);
export type CatchUp = z.infer<typeof CatchUp>;

/** Whether a fire time starts an execution while an earlier one of the task is unfinished. */
export const Overlap = z.enum(['allow', 'skip']);
export type Overlap = z.infer<typeof Overlap>;

const Every = z
  .int()
  .min(MIN_EVERY_MS)
  .max(366 * DAY_MS);

const MAX_CRON = 200;
const MAX_ZONE = 64;

/** A check of short texts whose verdicts are kept, because every read of a task repeats it. */
function remembered(maxLength: number, check: (text: string) => boolean): (text: string) => boolean {
  const verdicts = new LRUCache<string, boolean>({ max: 1_000 });
  return (text) => {
    if (text.length > maxLength) return false;
    const verdict = verdicts.get(text) ?? check(text);
    verdicts.set(text, verdict);
    return verdict;
  };
}

const isCron = remembered(MAX_CRON, (text) => checkCron(text, 'UTC') === undefined);
const isZone = remembered(MAX_ZONE, isTimeZone);

/** Schedule input: exactly one of `runAt`, `every` and `cron`. */
export const ScheduleInput = z
  .strictObject({
    runAt: InstantText.optional().describe('Fires once, at this time'),
    every: Every.optional().describe('Interval in milliseconds, counted from `anchor`'),
    anchor: InstantText.optional().describe('Default: the time at which the schedule is set'),
    cron: z.string().max(MAX_CRON).optional().describe('Five fields, or six with seconds first'),
    timeZone: z.string().max(MAX_ZONE).optional().describe('IANA zone of `cron`; default UTC'),
    catchUp: CatchUp.default('one'),
    overlap: Overlap.default('skip'),
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
  runAt: StoredTime.optional(),
  every: Every.optional(),
  anchor: StoredTime.optional(),
  cron: z.string().refine(isCron, 'must be a cron pattern').optional(),
  timeZone: z.string().refine(isZone, 'must be a time zone').optional(),
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
export const ScheduleRefusal = z.object({ fireTime: StoredTime, code: z.string(), message: z.string() });
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
