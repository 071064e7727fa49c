import { once } from 'node:events';
import { connect } from 'node:net';

import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { ECHO, publishSample, startTestApp } from '../testing/test-app.ts';

const SECRETS = {
  JWT_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U',
  REFRESH_TOKEN_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7V',
};
const JSON_TYPE = { 'content-type': 'application/json' };
const ERROR_LEVEL = 50;

/** Sends bytes as they are; resolves to the socket once they are sent. */
async function send(port: number, text: string) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(text);
  return socket;
}

const head = (line: string, headers: Record<string, string>) =>
  [
    `${line} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
    .join('\r\n')
    .concat('\r\n\r\n');

t.test('a caller who goes away at any moment is not an error of the server', async (t) => {
  const space = await openNamespace(t);
  await publishSample(space);
  const api = await startProcess(t, 'api', { ...space.env, ...SECRETS });
  const port = Number(api.started['port']);
  const base = `http://127.0.0.1:${port}`;
  const registered = await fetch(`${base}/api/auth/register`, {
    method: 'POST',
    headers: JSON_TYPE,
    body: JSON.stringify({ email: 'mary@example.com', username: 'mary', password: 'Test123456' }),
  });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  const headers = { ...JSON_TYPE, authorization: `Bearer ${accessToken}` };
  const made = await fetch(`${base}/mcp/execute`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...ECHO, wait: 0 }),
  });
  const { executionId } = (await made.json()) as { executionId: string };
  const lines = () => api.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const linesOf = (route: string) => lines().filter((line) => line['route'] === route).length;
  const wholeBody = JSON.stringify({ ...ECHO, wait: 30 });
  const rpc = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'sample__echo', arguments: { message: 'x' } },
  });
  const accept = { accept: 'application/json, text/event-stream' };
  const length = (body: string) => ({ 'content-length': `${body.length}` });
  const cut = { ...headers, 'content-length': '100' };
  const chunked = { ...headers, 'transfer-encoding': 'chunked' };
  const cases: [string, string, string][] = [
    ['/api/auth/login', head('POST /api/auth/login', cut), '{"email":'],
    ['/api/tasks', head('POST /api/tasks', cut), '{"title":'],
    ['/mcp/execute', head('POST /mcp/execute', chunked), '5\r\n{"plu\r\n'],
    ['/mcp/execute', head('POST /mcp/execute', chunked), 'no chunk\r\n'],
    ['/mcp', head('POST /mcp', { ...cut, ...accept }), '{"jsonrpc":'],
    ['/mcp', head('POST /mcp', { ...headers, ...accept, ...length(rpc) }), rpc],
    ['/mcp/execute', head('POST /mcp/execute', { ...headers, ...length(wholeBody) }), wholeBody],
    ['/api/executions/:id', head(`GET /api/executions/${executionId}?wait=30`, headers), ''],
    ['/api/executions/:id/events', head(`GET /api/executions/${executionId}/events`, headers), ''],
  ];

  for (const [route, request, body] of cases) {
    const before = linesOf(route);
    const socket = await send(port, request + body);
    // The request has arrived by the time that a later one is answered.
    await fetch(`${base}/health`);
    socket.resetAndDestroy();
    await waitFor(`the line of ${request.slice(0, 40)}`, () => linesOf(route) > before);
    t.same(
      lines().filter(({ level }) => Number(level) >= ERROR_LEVEL),
      [],
      `${route} ${body.slice(0, 10)}`,
    );
    api.lines.splice(0);
  }
});

t.test('what is not HTTP gets a problem document', async (t) => {
  const { app } = await startTestApp(t);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  const port = Number(new URL(address).port);
  const tooLong = head('GET /health', { 'x-long': 'x'.repeat(20_000) });
  const cases: [string, string, number, string][] = [
    ['garbage', 'GARBAGE\r\n\r\n', 400, 'invalid_request'],
    [
      'two lengths',
      head('POST /mcp', { 'content-length': '1', 'Content-Length': '2' }),
      400,
      'invalid_request',
    ],
    ['long headers', tooLong, 431, 'headers_too_large'],
  ];

  for (const [name, text, status, code] of cases) {
    const socket = await send(port, text);
    let reply = '';
    socket.on('data', (chunk: Buffer) => (reply += chunk.toString()));
    await once(socket, 'close');
    t.match(reply, new RegExp(`^HTTP/1.1 ${status} `), name);
    t.match(reply, /content-type: application\/problem\+json/i, name);
    t.match(JSON.parse(reply.slice(reply.indexOf('\r\n\r\n'))), { status, code }, name);
  }
});

t.test('a request that takes too long to arrive gets 408', async (t) => {
  const { app } = await startTestApp(t);
  const address = await app.listen({ port: 0, host: '127.0.0.1' });
  t.ok(app.server.requestTimeout > 0 && app.server.requestTimeout <= 60_000);
  const accepted = once(app.server, 'connection');
  const slow = await send(
    Number(new URL(address).port),
    head('POST /api/auth/login', { 'content-length': '9' }),
  );
  let reply = '';
  slow.on('data', (chunk: Buffer) => (reply += chunk.toString()));
  const [socket] = await accepted;

  // As Node does once the time is over.
  const timeout = Object.assign(new Error('Request timeout'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
  app.server.emit('clientError', timeout, socket);
  await once(slow, 'close');

  t.match(reply, /^HTTP\/1.1 408 Request Timeout\r\n/);
  t.match(JSON.parse(reply.slice(reply.indexOf('\r\n\r\n'))), { status: 408, code: 'request_timeout' });
});
