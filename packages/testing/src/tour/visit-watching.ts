import type { Tokens } from './visit-accounts.ts';
import type { Visitor } from './visitor.ts';

const SOCKET_WAIT_MS = 20_000;

/** State of the system: fleet, probes, metrics, documentation, dashboard. */
export async function visitPages(visitor: Visitor, { admin, user }: Tokens): Promise<void> {
  await visitor.call(200, 'GET', '/api/plugins', { token: user });
  await visitor.call(200, 'GET', '/api/plugins/sample', { token: user, route: '/api/plugins/{id}' });
  await visitor.call(200, 'GET', '/api/workers', { token: admin });
  await visitor.call(403, 'GET', '/api/workers', { token: user });
  await visitor.call(200, 'GET', '/api/audit', { token: admin });
  await visitor.call(403, 'GET', '/api/audit', { token: user });
  await visitor.call(200, 'GET', '/health');
  await visitor.call(200, 'GET', '/health/ready');
  await visitor.call(200, 'GET', '/metrics');
  await visitor.call(200, 'GET', '/metrics?format=txt');
  await visitor.call(200, 'GET', '/openapi.json');
  await visitor.call(200, 'GET', '/docs/');
  await visitor.call(200, 'GET', '/admin/login');
  await visitor.call(200, 'GET', '/account/reset-password');
  await visitor.call(401, 'GET', '/admin/queues');
  const session = await visitor.call(204, 'POST', '/api/auth/dashboard-session', { token: admin });
  const cookie = /set-cookie: (?<pair>[^;\r]+)/i.exec(session.headers)?.groups?.['pair'] ?? '';
  await visitor.call(200, 'GET', '/admin/queues', { headers: [`Cookie: ${cookie}`] });
}

/** Pausing of a pool and a plugin, and the routes that show it. */
export async function visitPauses(visitor: Visitor, { admin, user }: Tokens): Promise<void> {
  const queue = { token: admin, route: '/api/queues/{pool}/pause' };
  await visitor.call(200, 'POST', '/api/queues/default/pause', {
    ...queue,
    body: { reason: 'a look around' },
  });
  await visitor.call(403, 'POST', '/api/queues/default/pause', { ...queue, token: user });
  const accepted = await visitor.call(202, 'POST', '/mcp/execute', {
    token: user,
    body: { plugin: 'sample', action: 'echo', payload: {} },
    headers: ['Prefer: respond-async'],
  });
  const path = `/api/executions/${String(accepted.body['executionId'])}/explain`;
  await visitor.call(200, 'GET', path, { token: user, route: '/api/executions/{id}/explain' });
  await visitor.call(200, 'GET', '/api/queues', { token: admin });
  await visitor.call(200, 'POST', '/api/queues/default/resume', {
    ...queue,
    route: '/api/queues/{pool}/resume',
  });
  const plugin = (verb: string) => ({ token: admin, route: `/api/plugins/{id}/${verb}` });
  await visitor.call(200, 'POST', '/api/plugins/sample/pause', plugin('pause'));
  await visitor.call(200, 'POST', '/api/plugins/sample/resume', plugin('resume'));
}

/** Events of an execution as a stream, and live over a socket. */
export async function visitEvents(
  visitor: Visitor,
  url: string,
  { user }: Tokens,
  endedId: string,
): Promise<void> {
  await visitor.call(200, 'GET', '/ws/info');
  await visitor.call(201, 'POST', '/ws/ticket', { token: user });
  await visitor.call(200, 'GET', `/api/executions/${endedId}/events`, {
    token: user,
    route: '/api/executions/{id}/events',
  });
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['bearer', user]);
  try {
    await nextEvent(socket, 'open');
    socket.send(JSON.stringify({ type: 'subscribe', topics: ['executions'] }));
    await nextMessage(socket, 'subscribed');
    const completed = nextMessage(socket, 'execution.completed');
    await visitor.call(200, 'POST', '/mcp/execute', {
      token: user,
      body: { plugin: 'sample', action: 'echo', payload: {} },
    });
    await completed;
    // The socket was opened by 101 Switching Protocols.
    visitor.note(101, 101, 'GET /ws');
  } finally {
    socket.close();
  }
}

function nextEvent(socket: WebSocket, event: string): Promise<unknown> {
  const signal = AbortSignal.timeout(SOCKET_WAIT_MS);
  return new Promise((resolve, reject) => {
    socket.addEventListener(event, resolve, { once: true });
    signal.addEventListener('abort', () => reject(new Error(`no ${event} of the socket`)), { once: true });
  });
}

/** Resolves at the next message of a type. */
function nextMessage(socket: WebSocket, type: string): Promise<void> {
  const signal = AbortSignal.timeout(SOCKET_WAIT_MS);
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`no ${type} over the socket`)), { once: true });
    socket.addEventListener('message', ({ data }) => {
      if ((JSON.parse(String(data)) as { type: string }).type === type) resolve();
    });
  });
}
