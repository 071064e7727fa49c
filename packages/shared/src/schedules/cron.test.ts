import { assert, constant, constantFrom, integer, property, tuple } from 'fast-check';
import t from 'tap';

import { latestCron, nextCron } from './cron.ts';
import { offsetAt } from './wall-clock.ts';

const DAY_MS = 86_400_000;
const RUNS = 400;
const at = (text: string) => new Date(text);

/** Zones whose clocks change: at midnight, by half an hour, and in the usual way. */
const ZONES = [
  'America/Santiago',
  'Africa/Cairo',
  'Asia/Beirut',
  'America/Havana',
  'Europe/Berlin',
  'America/St_Johns',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Gaza',
  'Pacific/Chatham',
];

/** By zone, the midnights in UTC from 2026 to 2037 after which its offset changes within a day. */
const CHANGES = new Map(ZONES.map((zone) => [zone, changesOf(zone)]));

function changesOf(zone: string): number[] {
  const days: number[] = [];
  for (let day = Date.UTC(2026, 0); day < Date.UTC(2038, 0); day += DAY_MS)
    if (offsetAt(zone, day) !== offsetAt(zone, day + DAY_MS)) days.push(day);
  return days;
}

function firesBetween(cron: string, timeZone: string, from: string, to: string): string[] {
  const fires: string[] = [];
  for (let fire = nextCron(cron, timeZone, at(from)); fire < at(to); fire = nextCron(cron, timeZone, fire))
    fires.push(fire.toISOString());
  return fires;
}

t.test('a daily midnight fires on days that have none, at their first instant', async (t) => {
  // The clock goes from 24:00 to 01:00 in these nights.
  const nights = [
    ['America/Santiago', '2026-09-06T04:00:00Z'],
    ['Africa/Cairo', '2026-04-23T22:00:00Z'],
    ['Asia/Beirut', '2026-03-28T22:00:00Z'],
    ['America/Havana', '2026-03-08T05:00:00Z'],
  ] as const;

  for (const [zone, first] of nights) {
    const before = new Date(at(first).getTime() - DAY_MS / 2).toISOString();
    const after = new Date(at(first).getTime() + DAY_MS / 2).toISOString();
    t.same(firesBetween('0 0 * * *', zone, before, after), [at(first).toISOString()], zone);
    t.same(latestCron('0 0 * * *', zone, at(after)), at(first), `${zone}, looked for backwards`);
  }
});

t.test('a daily time fires once a day around every change of a clock through 2037', async (t) => {
  for (const [zone, changes] of CHANGES) {
    for (const cron of ['0 0 * * *', '30 2 * * *']) {
      const counts = changes.map((day) => {
        const [from, to] = [new Date(day - 1.5 * DAY_MS), new Date(day + 2.5 * DAY_MS)];
        return firesBetween(cron, zone, from.toISOString(), to.toISOString()).length;
      });
      t.ok(counts.length > 0, `${zone} changes its clock`);
      t.same([...new Set(counts)], [4], `${cron} in ${zone}`);
    }
  }
});

t.test('times that come twice fire once, and times in a gap fire together at its end', async (t) => {
  const berlin = (cron: string, from: string, to: string) => firesBetween(cron, 'Europe/Berlin', from, to);

  t.same(berlin('*/20 2 * * *', '2026-10-24T22:00:00Z', '2026-10-25T10:00:00Z'), [
    '2026-10-25T00:00:00.000Z',
    '2026-10-25T00:20:00.000Z',
    '2026-10-25T00:40:00.000Z',
  ]);
  t.same(berlin('*/20 2 * * *', '2026-03-28T22:00:00Z', '2026-03-29T10:00:00Z'), [
    '2026-03-29T01:00:00.000Z',
  ]);
});

t.test('a pattern for every hour follows real time', async (t) => {
  for (const [from, to] of [
    ['2026-03-28T20:00:00Z', '2026-03-29T08:00:00Z'],
    ['2026-10-24T20:00:00Z', '2026-10-25T08:00:00Z'],
  ] as const) {
    const fires = firesBetween('15,45 * * * *', 'Europe/Berlin', from, to).map(Date.parse);
    t.equal(fires.length, 24);
    t.ok(fires.every((fire, index) => index === 0 || fire - (fires[index - 1] ?? 0) === 1_800_000));
  }
});

t.test('what nextCron finds, latestCron finds a moment later, and nothing lies between', async (t) => {
  const patterns = constantFrom(
    '0 0 * * *',
    '30 2 * * *',
    '0 * * * *',
    '*/7 * * * *',
    '*/20 1-3 * * *',
    '0 */2 * * *',
    '15 0 * * 0',
    '59 23 L * *',
    '0 0,2,3 * * 6',
    '30 30 0-4 * * *',
  );
  const change = constantFrom(...CHANGES).chain(([zone, days]) =>
    tuple(constant(zone), constantFrom(...days)),
  );

  assert(
    property(change, patterns, integer({ min: -DAY_MS, max: 2 * DAY_MS }), ([zone, day], cron, shift) => {
      const after = new Date(day + shift);
      const next = nextCron(cron, zone, after);
      if (next <= after) return false;
      const justBefore = latestCron(cron, zone, new Date(next.getTime() - 1));
      return latestCron(cron, zone, next).getTime() === next.getTime() && justBefore <= after;
    }),
    { numRuns: RUNS },
  );
  t.pass(`${RUNS} cases around days on which clocks change`);
});
