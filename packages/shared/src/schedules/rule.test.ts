import t from 'tap';

import { planDue } from './due.ts';
import { latestFire, nextFire, nextFires } from './rule.ts';

const at = (text: string) => new Date(text);
const iso = (dates: Date[]) => dates.map((date) => date.toISOString());

t.test('an interval counts from its anchor, at any time of the query', async (t) => {
  const rule = { every: 7_000, anchor: at('2026-01-01T00:00:03Z') };

  t.same(nextFire(rule, at('2025-12-31T00:00:00Z')), rule.anchor);
  t.same(nextFire(rule, rule.anchor), at('2026-01-01T00:00:10Z'));
  t.same(nextFire(rule, at('2026-01-01T00:00:09.999Z')), at('2026-01-01T00:00:10Z'));
  t.same(latestFire(rule, at('2026-01-01T00:00:09.999Z')), rule.anchor);
  t.same(latestFire(rule, at('2026-01-01T00:00:10Z')), at('2026-01-01T00:00:10Z'));
  t.equal(latestFire(rule, at('2026-01-01T00:00:02.999Z')), undefined);
});

t.test('a fixed time fires once', async (t) => {
  const rule = { runAt: at('2026-05-01T00:00:00Z') };

  t.same(nextFires(rule, at('2026-04-01T00:00:00Z'), 5), [rule.runAt]);
  t.equal(nextFire(rule, rule.runAt), undefined);
});

t.test('a pattern with seconds fires at its own times', async (t) => {
  const rule = { cron: '*/2 * * * * *' };

  t.same(nextFire(rule, at('2026-01-01T00:00:02Z')), at('2026-01-01T00:00:04Z'));
  t.same(latestFire(rule, at('2026-01-01T00:00:02Z')), at('2026-01-01T00:00:02Z'));
  t.same(latestFire(rule, at('2026-01-01T00:00:03.999Z')), at('2026-01-01T00:00:02Z'));
});

t.test('a daily pattern fires once on the days when the clocks change', async (t) => {
  const rule = { cron: '30 2 * * *', timeZone: 'Europe/Berlin' };

  // 02:30 does not exist on 29 March: it fires at 03:00 summer time, the first instant after the gap.
  t.same(iso(nextFires(rule, at('2026-03-27T12:00:00Z'), 3)), [
    '2026-03-28T01:30:00.000Z',
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
  ]);
  // 02:30 occurs twice on 25 October: the first one counts.
  t.same(iso(nextFires(rule, at('2026-10-23T12:00:00Z'), 3)), [
    '2026-10-24T00:30:00.000Z',
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
  ]);
});

t.test('an hourly pattern fires every real hour through both changes', async (t) => {
  const rule = { cron: '0 * * * *', timeZone: 'Europe/Berlin' };

  for (const start of ['2026-03-28T22:30:00Z', '2026-10-24T22:30:00Z']) {
    const fires = nextFires(rule, at(start), 6);
    const gaps = fires.slice(1).map((fire, index) => fire.getTime() - (fires[index]?.getTime() ?? 0));
    t.same(gaps, Array(5).fill(3_600_000));
  }
});

const schedule = (changes: object) => ({
  every: 1_000,
  anchor: at('2026-01-01T00:00:00Z'),
  catchUp: 'one' as const,
  overlap: 'allow' as const,
  isPaused: false,
  ...changes,
});
const later = (ms: number) => new Date(at('2026-01-01T00:00:00Z').getTime() + ms);

t.test('fire times that are slightly late all fire, in order', async (t) => {
  t.same(planDue(schedule({}), later(2_000), later(4_500)), {
    fires: [later(2_000), later(3_000), later(4_000)],
    next: later(5_000),
  });
});

t.test('nothing fires before its time', async (t) => {
  t.same(planDue(schedule({}), later(2_000), later(1_999)), { fires: [], next: later(2_000) });
});

t.test('after an outage the missed fire times collapse into the newest', async (t) => {
  t.same(planDue(schedule({}), later(2_000), later(3_600_500)), {
    fires: [later(3_600_000)],
    next: later(3_601_000),
  });
});

t.test('without catch-up a missed fire time is dropped', async (t) => {
  const hourly = schedule({ every: 3_600_000, catchUp: 'none' });

  t.same(planDue(hourly, later(3_600_000), later(3 * 3_600_000 + 600_000)), {
    fires: [],
    next: later(4 * 3_600_000),
  });
  t.same(planDue(hourly, later(3_600_000), later(3 * 3_600_000 + 100)), {
    fires: [later(3 * 3_600_000)],
    next: later(4 * 3_600_000),
  });
  const once = schedule({ every: undefined, anchor: undefined, runAt: later(0), catchUp: 'none' });
  t.same(planDue(once, later(0), later(60_000)), { fires: [], next: undefined });
});
