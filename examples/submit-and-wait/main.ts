import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

import { openServer } from '../server.ts';

const server = await openServer();

// The simple case: one request, and the result comes back in its response.
const echo = { plugin: 'sample', action: 'echo', payload: { message: 'hello' } };
const direct = await server.call('POST', '/mcp/execute', { body: echo });
assert.equal(direct.status, 200);
assert.deepEqual(direct.body.result, { message: 'hello' });
console.log(`direct: ${direct.body.status}`);

// Work that takes longer: accept now, wait later. The key makes a repeated request safe.
const flaky = { plugin: 'sample', action: 'flaky', payload: { failures: 2 } };
const headers = { Prefer: 'respond-async', 'Idempotency-Key': randomUUID() };
const accepted = await server.call('POST', '/mcp/execute', { body: flaky, headers });
assert.equal(accepted.status, 202);
const repeated = await server.call('POST', '/mcp/execute', { body: flaky, headers });
assert.equal(repeated.body.executionId, accepted.body.executionId);
console.log('accepted once, although it was sent twice');

const location = accepted.headers.get('location');
const { body: execution } = await server.call('GET', `${location}?wait=30`);
assert.equal(execution.status, 'completed');
assert.deepEqual(execution.result, { attempt: 3 });
console.log(`after ${execution.attempts.length} attempts: ${execution.status}`);

// A task keeps what you want done, and can be run again and again.
const title = 'Say hello';
const { body: task } = await server.call('POST', '/api/tasks', { body: { title, ...echo } });
for (const run of [1, 2]) {
  const { body: started } = await server.call('POST', `/api/tasks/${task.id}/execute`);
  const { body: ended } = await server.call('GET', `/api/executions/${started.executionId}?wait=30`);
  assert.equal(ended.status, 'completed');
  console.log(`task, run ${run}: ${ended.status}`);
}
