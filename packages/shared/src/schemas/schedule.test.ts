import t from 'tap';

import { ScheduleInput } from './schedule.ts';

const problemsOf = (schedule: object) =>
  ScheduleInput.safeParse(schedule).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

t.test('one rule is enough', async (t) => {
  t.same(ScheduleInput.parse({ every: 5_000 }), { every: 5_000, catchUp: 'one', overlap: 'skip' });
  t.ok(ScheduleInput.safeParse({ runAt: '2027-01-01T00:00:00+02:00' }).success);
  t.ok(ScheduleInput.safeParse({ cron: '*/2 * * * * *', timeZone: 'Asia/Kolkata' }).success);
  t.ok(ScheduleInput.safeParse({ cron: '0 9 * * MON-THU' }).success);
});

t.test('every mistake is named', async (t) => {
  for (const [schedule, problem] of [
    [{}, ': must have exactly one of runAt, every and cron'],
    [{ every: 5_000, cron: '* * * * *' }, ': must have exactly one of runAt, every and cron'],
    [{ cron: '* * * * *', timeZone: 'Mars/Base' }, 'timeZone: is not a known IANA time zone'],
    [{ every: 5_000, timeZone: 'UTC' }, 'timeZone: is only allowed with cron'],
    [{ cron: '* * * * *', anchor: '2026-01-01T00:00:00Z' }, 'anchor: is only allowed with every'],
    [{ cron: '* *' }, 'cron: must have five fields, or six with seconds first'],
    [{ cron: 'H * * * *' }, 'cron: must not use H: its fire times would be random'],
    [{ cron: '0 0 31 2,4,6 *' }, 'cron: never fires'],
  ] as const) {
    t.same(problemsOf(schedule), [problem]);
  }
  t.match(problemsOf({ cron: '61 * * * *' }), [/^cron: is not a cron pattern: Constraint error/]);
  t.match(problemsOf({ every: 10 }), [/^every: /]);
  t.match(problemsOf({ runAt: 'tomorrow' }), [/^runAt: /]);
});
