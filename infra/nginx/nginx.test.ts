import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';

import { findFreePort } from '@mcp-server/local';
import { errors } from '@mcp-server/shared';
import t from 'tap';

import { type Echo, startEchoServer } from './echo-server.ts';
import { startNginx } from './start-nginx.ts';

const MAX_WAIT_S = 60;

const echoOf = async (response: Response) => (await response.json()) as Echo;

t.test('forwarded headers of the client are overwritten', async (t) => {
  const echo = await startEchoServer(t);
  const { url } = await startNginx(t, { apiPorts: [echo.port] });

  const { headers } = await echoOf(
    await fetch(`${url}/api/tasks`, {
      headers: {
        'X-Forwarded-For': '6.6.6.6',
        'X-Real-IP': '6.6.6.6',
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'evil.example',
        Forwarded: 'for=6.6.6.6;host=evil.example',
      },
    }),
  );

  t.notMatch(JSON.stringify(headers), /6\.6\.6\.6|evil/);
  t.match(headers, { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-proto': 'http' });
  t.equal(headers['forwarded'], undefined);
});

t.test('long responses are compressed, event streams are forwarded chunk by chunk', async (t) => {
  const echo = await startEchoServer(t);
  const { url, port } = await startNginx(t, { apiPorts: [echo.port] });

  const compressed = await fetch(`${url}/api/tasks`, { headers: { 'Accept-Encoding': 'gzip' } });
  const stream = request({ port, path: '/api/executions/1/events', headers: { 'Accept-Encoding': 'gzip' } });
  stream.end();
  const [response] = await once(stream, 'response');
  const [first] = await once(response, 'data');

  t.equal(compressed.headers.get('content-encoding'), 'gzip');
  t.match((await echoOf(compressed)).url, '/api/tasks');
  t.equal(String(first), 'data: first\n\n', 'the first event arrives before the response has ended');
  t.equal(response.headers['content-encoding'], undefined);
  echo.finish();
  t.match(String((await once(response, 'data'))[0]), 'last');
});

t.test('an upgrade reaches the API with its subprotocol, and bytes pass both ways', async (t) => {
  const echo = await startEchoServer(t);
  const { port } = await startNginx(t, { apiPorts: [echo.port] });
  const socket = connect(port, '127.0.0.1');
  t.teardown(async () => void socket.destroy());
  let received = '';
  socket.on('data', (chunk) => (received += String(chunk)));

  socket.write(
    'GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: mcp\r\n\r\n',
  );
  while (!received.includes('mcp\n')) await once(socket, 'data');
  socket.write('ping over the upgraded connection');
  while (!received.includes('ping over')) await once(socket, 'data');

  t.match(received, /^HTTP\/1\.1 101 /);
});

t.test('only operators reach /metrics and /admin; others get 404', async (t) => {
  const echo = await startEchoServer(t);
  const closed = await startNginx(t, { apiPorts: [echo.port] });
  const open = await startNginx(t, { apiPorts: [echo.port], operators: '127.0.0.0/8 1;' });

  for (const path of [
    '/metrics',
    '/metrics?format=txt',
    '/admin',
    '/admin/queues',
    '/%61dmin/queues',
    '//admin',
  ]) {
    const refused = await fetch(`${closed.url}${path}`);
    t.equal(refused.status, 404, path);
    t.match(await refused.json(), { code: 'route_not_found' });
    t.equal((await fetch(`${open.url}${path}`)).status, 200, `${path} for operators`);
  }
});

t.test('errors of nginx itself are problem documents with a code of the catalogue', async (t) => {
  const echo = await startEchoServer(t);
  const { url } = await startNginx(t, { apiPorts: [echo.port] });
  const away = await startNginx(t, { apiPorts: [await findFreePort()] });
  const codes = new Set(
    Object.values(errors).map((E) => (new E() as Error & { code: string }).code.toLowerCase()),
  );

  const answers = [
    await fetch(`${away.url}/health`),
    await fetch(`${url}/metrics`),
    await fetch(`${url}/api/tasks`, { method: 'POST', body: 'x'.repeat(3 * 1_024 * 1_024) }),
  ];

  t.strictSame(
    answers.map(({ status }) => status),
    [503, 404, 413],
  );
  t.equal(answers[0]?.headers.get('retry-after'), '5');
  for (const answer of answers) {
    const problem = (await answer.json()) as { code: string; status: number; type: string };
    t.equal(answer.headers.get('content-type'), 'application/problem+json');
    t.ok(codes.has(problem.code), problem.code);
    t.match(problem, { status: answer.status, type: `urn:mcp-server:problem:${problem.code}` });
    t.notMatch(answer.headers.get('server') ?? '', /\d/, 'no version');
  }
});

t.test('HTTPS only needs a certificate and the example', async (t) => {
  const echo = await startEchoServer(t);
  const { tlsUrl } = await startNginx(t, { apiPorts: [echo.port], hasTls: true });
  const { request } = await import('node:https');

  const call = request(`${tlsUrl}/api/tasks`, { rejectUnauthorized: false });
  call.end();
  const [response] = await once(call, 'response');
  let body = '';
  for await (const chunk of response) body += String(chunk);

  t.match(JSON.parse(body), { headers: { 'x-forwarded-proto': 'https' } });
});

t.test('the timeouts are above the longest wait of the API', async (t) => {
  const proxy = readFileSync(new URL('proxy.conf', import.meta.url), 'utf8');
  const seconds = Number(/proxy_read_timeout (\d+)s;/.exec(proxy)?.[1]);

  t.ok(seconds > MAX_WAIT_S, `${seconds} s`);
});
