import assert from 'node:assert/strict';

import { openServer } from '../server.ts';

const server = await openServer();

// A task with a schedule starts by itself; here every second, in practice by a cron expression and a time zone.
const { body: task } = await server.call('POST', '/api/tasks', {
  body: {
    title: 'Ping',
    plugin: 'sample',
    action: 'echo',
    payload: { message: 'ping' },
    schedule: { every: 1_000, overlap: 'skip' },
  },
});
assert.equal(task.status, 'scheduled');
const { body: next } = await server.call('GET', `/api/tasks/${task.id}/next-runs`);
console.log(`scheduled; ${next.items.length} next fire times are known`);

// Two fire times: each is one execution, whatever dies in between.
const completed = async (): Promise<{ fireTime: string }[]> =>
  (await server.call('GET', `/api/tasks/${task.id}/executions?status=completed`)).body.items;
const endsAt = Date.now() + 30_000;
let executions = await completed();
while (executions.length < 2) {
  assert.ok(Date.now() < endsAt, 'two executions within 30 seconds');
  await new Promise((resolve) => setTimeout(resolve, 250));
  executions = await completed();
}
assert.equal(new Set(executions.map(({ fireTime }) => fireTime)).size, executions.length);
console.log('it fired twice, once for each fire time');

// A paused schedule stays and fires no more.
const { body: paused } = await server.call('POST', `/api/tasks/${task.id}/pause`);
assert.equal(paused.schedule.isPaused, true);
await server.call('DELETE', `/api/tasks/${task.id}`);
console.log('paused and deleted');
