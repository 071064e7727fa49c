import { buildTickQueue, type Task } from '@mcp-server/shared';
import t from 'tap';

import { type Account, ECHO, publishSample, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const HOUR = 3_600_000;

async function openScheduling(t: Parameters<typeof startTestApp>[0]) {
  const test = await startTestApp(t);
  await publishSample(test);
  const clocks = buildTickQueue(test.redis, test.prefix);
  t.teardown(() => clocks.close());
  const mary = await test.signUp('mary');
  return { ...test, clocks, mary };
}

const make = ({ inject }: Pick<TestApp, 'inject'>, { headers }: Account, schedule: object) =>
  inject({ method: 'POST', url: '/api/tasks', headers, payload: { title: 'T', ...ECHO, schedule } });

t.test('a scheduled task shows its next run and has a ticker', async (t) => {
  const test = await openScheduling(t);

  const reply = await make(test, test.mary, { cron: '0 9 * * MON-FRI', timeZone: 'Europe/Berlin' });

  t.equal(reply.statusCode, 201);
  const task = reply.json<Task>();
  t.match(task, {
    status: 'scheduled',
    schedule: { cron: '0 9 * * MON-FRI', catchUp: 'one', overlap: 'skip', isPaused: false, revision: 1 },
    nextRunAt: String,
  });
  t.match(await test.clocks.getJobScheduler(task.id), {
    pattern: '0 9 * * MON-FRI',
    tz: 'Europe/Berlin',
    next: Date.parse(task.nextRunAt ?? ''),
    template: { data: { taskId: task.id, revision: 1 } },
  });
  const runs = await test.inject({
    url: `/api/tasks/${task.id}/next-runs?count=3`,
    headers: test.mary.headers,
  });
  const { items } = runs.json<{ items: string[] }>();
  t.equal(items.length, 3);
  t.equal(items[0], task.nextRunAt);
});

t.test('the ticker of an interval fires at the anchor plus multiples of the interval', async (t) => {
  const test = await openScheduling(t);
  const anchor = new Date(Date.now() - 10 * HOUR - 1_234);

  const task = (await make(test, test.mary, { every: HOUR, anchor: anchor.toISOString() })).json<Task>();

  const next = anchor.getTime() + 11 * HOUR;
  t.equal(Date.parse(task.nextRunAt ?? ''), next);
  t.equal((await test.clocks.getJobScheduler(task.id))?.next, next);
});

t.test('an invalid schedule is refused with a pointer', async (t) => {
  const test = await openScheduling(t);

  for (const [schedule, pointer] of [
    [{ runAt: '2020-01-01T00:00:00Z' }, '/schedule/runAt'],
    [{ cron: '61 * * * *' }, '/schedule/cron'],
    [{ cron: '* * * * *', timeZone: 'Mars/Base' }, '/schedule/timeZone'],
    [{ every: HOUR, cron: '* * * * *' }, '/schedule'],
    [{ every: HOUR, jitter: 1 }, '/schedule/jitter'],
  ] as const) {
    const reply = await make(test, test.mary, schedule);
    t.match(reply.json(), { status: 400, code: 'invalid_request', errors: [{ pointer }] }, pointer);
  }
  t.equal(await test.models.TaskModel.countDocuments(), 0);
});

t.test('a paused schedule has no ticker until it is resumed, each under a new revision', async (t) => {
  const test = await openScheduling(t);
  const { headers } = test.mary;
  const { id } = (await make(test, test.mary, { every: HOUR })).json<Task>();
  const post = (verb: string) => test.inject({ method: 'POST', url: `/api/tasks/${id}/${verb}`, headers });

  const paused = await post('pause');
  const again = await post('pause');

  t.match(paused.json(), { status: 'pending', schedule: { isPaused: true, revision: 2 } });
  t.same(again.json(), paused.json());
  t.notOk('nextRunAt' in paused.json());
  t.equal(await test.clocks.getJobScheduler(id), undefined);
  t.same((await test.inject({ url: `/api/tasks/${id}/next-runs`, headers })).json(), { items: [] });
  const resumed = await post('resume');
  t.match(resumed.json(), {
    status: 'scheduled',
    schedule: { isPaused: false, revision: 3 },
    nextRunAt: String,
  });
  t.match(await test.clocks.getJobScheduler(id), { template: { data: { revision: 3 } } });
});

t.test('a schedule is replaced, cleared, and deleted with its task', async (t) => {
  const test = await openScheduling(t);
  const { headers } = test.mary;
  const { id } = (await make(test, test.mary, { every: HOUR })).json<Task>();
  const url = `/api/tasks/${id}`;
  const put = (payload: object) => test.inject({ method: 'PUT', url, headers, payload });

  t.match((await put({ schedule: { cron: '*/5 * * * *' } })).json(), {
    status: 'scheduled',
    schedule: { cron: '*/5 * * * *', timeZone: 'UTC', revision: 2 },
  });
  t.match(await test.clocks.getJobScheduler(id), {
    pattern: '*/5 * * * *',
    template: { data: { revision: 2 } },
  });
  const without = (await put({ schedule: null })).json<Task>();
  t.equal(without.status, 'pending');
  t.notOk('schedule' in without || 'nextRunAt' in without);
  t.equal(await test.clocks.getJobScheduler(id), undefined);
  t.match((await test.inject({ method: 'POST', url: `${url}/pause`, headers })).json(), {
    code: 'no_schedule',
  });
  t.match((await put({ schedule: { every: HOUR } })).json(), { schedule: { revision: 4 } });
  t.equal((await test.inject({ method: 'DELETE', url, headers })).statusCode, 204);
  t.equal(await test.clocks.getJobScheduler(id), undefined);
});
