import type { Tokens } from './visit-accounts.ts';
import type { Visitor } from './visitor.ts';

const ECHO = { plugin: 'sample', action: 'echo', payload: { message: 'Hello from the tour!' } };
const UNKNOWN_ID = '00000000-0000-4000-8000-000000000000';

/** Life of a task, run by hand and on a schedule. */
export async function visitTasks(visitor: Visitor, { user: token }: Tokens): Promise<void> {
  const body = { title: 'A task of the tour', tags: ['tour'], ...ECHO };
  const created = await visitor.call(201, 'POST', '/api/tasks', { token, body });
  const id = String(created.body['id']);
  const at = (rest: string) => ({ token, route: `/api/tasks/{id}${rest}` });
  await visitor.call(200, 'GET', '/api/tasks?tags=tour&limit=5&count=true', { token });
  await visitor.call(200, 'GET', '/api/tasks/stats', { token });
  await visitor.call(200, 'GET', `/api/tasks/${id}`, at(''));
  await visitor.call(202, 'POST', `/api/tasks/${id}/execute`, at('/execute'));
  await visitor.call(200, 'GET', `/api/tasks/${id}/executions`, at('/executions'));
  await visitor.call(200, 'POST', `/api/tasks/${id}/cancel`, at('/cancel'));
  const schedule = { cron: '0 9 * * 1', timeZone: 'Europe/Berlin' };
  await visitor.call(200, 'PUT', `/api/tasks/${id}`, { ...at(''), body: { schedule } });
  await visitor.call(200, 'GET', `/api/tasks/${id}/next-runs`, at('/next-runs'));
  await visitor.call(200, 'POST', `/api/tasks/${id}/pause`, at('/pause'));
  await visitor.call(200, 'POST', `/api/tasks/${id}/resume`, at('/resume'));
  await visitor.call(204, 'DELETE', `/api/tasks/${id}`, at(''));
  await visitor.call(404, 'GET', `/api/tasks/${id}`, at(''));
}

/** Calls of actions and their executions; resolves to the id of an execution that has ended. */
export async function visitExecutions(visitor: Visitor, { user: token }: Tokens): Promise<string> {
  const completed = await visitor.call(200, 'POST', '/mcp/execute', { token, body: ECHO });
  const id = String(completed.body['executionId']);
  const sleep = { plugin: 'sample', action: 'sleep', payload: { ms: 60_000 } };
  const running = await visitor.call(202, 'POST', '/mcp/execute', {
    token,
    body: sleep,
    headers: ['Prefer: respond-async'],
  });
  const at = (rest: string) => ({ token, route: `/api/executions/{id}${rest}` });
  await visitor.call(200, 'GET', '/api/executions?limit=5', { token });
  await visitor.call(200, 'GET', `/api/executions/${id}?wait=30`, at(''));
  await visitor.call(404, 'GET', `/api/executions/${UNKNOWN_ID}`, at(''));
  await visitor.call(
    200,
    'POST',
    `/api/executions/${String(running.body['executionId'])}/cancel`,
    at('/cancel'),
  );
  await visitor.call(202, 'POST', `/api/executions/${id}/rerun`, at('/rerun'));
  await visitor.call(200, 'GET', '/api/executions/failures', { token });
  await visitor.call(200, 'POST', '/api/executions/redrive', {
    token,
    body: { filter: { status: 'failed' }, cap: 1 },
  });
  await visitor.call(200, 'POST', '/api/executions/cancel', {
    token,
    body: { filter: { plugin: 'sample' }, dryRun: true },
  });
  await visitor.call(404, 'POST', '/mcp/execute', { token, body: { plugin: 'nope', action: 'nope' } });
  await visitor.call(400, 'POST', '/mcp/execute', {
    token,
    body: { plugin: 'sample', action: 'add', payload: { a: 'one', b: 2 } },
  });
  const jsonata = { expression: '$sum(numbers)', data: { numbers: [1, 2, 3] } };
  await visitor.call(200, 'POST', '/mcp/execute', {
    token,
    body: { plugin: 'transform', action: 'jsonata', payload: jsonata },
  });
  await visitor.call(200, 'POST', '/mcp/execute', {
    token,
    body: { plugin: 'http', action: 'request', payload: { url: 'http://127.0.0.1/' } },
  });
  return id;
}

/** An execution that asks for input, and the reply that lets it continue. */
export async function visitInput(visitor: Visitor, { user: token }: Tokens): Promise<void> {
  const ask = { plugin: 'sample', action: 'ask', payload: {} };
  const asking = await visitor.call(202, 'POST', '/mcp/execute', { token, body: ask });
  const path = `/api/executions/${String(asking.body['executionId'])}`;
  const at = (rest: string) => ({ token, route: `/api/executions/{id}${rest}` });
  if (asking.body['status'] !== 'input_required') visitor.surprises.push('sample.ask does not ask for input');
  const answers = { name: { action: 'accept', content: { name: 'Ada' } } };
  await visitor.call(400, 'POST', `${path}/input`, { ...at('/input'), body: { answers: { name: 'Ada' } } });
  await visitor.call(202, 'POST', `${path}/input`, { ...at('/input'), body: { answers } });
  const { body } = await visitor.call(200, 'GET', `${path}?wait=30`, at(''));
  if (body['status'] !== 'completed') visitor.surprises.push(`sample.ask is ${String(body['status'])}`);
}
