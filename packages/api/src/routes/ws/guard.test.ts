import { once } from 'node:events';

import { buildExecution, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { startTestApp } from '../../testing/test-app.ts';
import { openSocket, refusal, startListening } from '../../testing/test-socket.ts';

t.test(
  'the credential comes by header, subprotocol or ticket, and only the protocol name is returned',
  async (t) => {
    const test = await startListening(t);
    const mary = await test.signUp('mary');
    const token = mary.headers.authorization.replace('Bearer ', '');
    const askTicket = async () =>
      (await test.inject({ method: 'POST', url: '/ws/ticket', headers: mary.headers })).json<{
        ticket: string;
      }>().ticket;

    const bySubprotocol = await openSocket(t, test.url, { protocols: ['bearer', token] });
    t.equal(bySubprotocol.ws.protocol, 'bearer');
    const ticket = await askTicket();
    const byTicket = await openSocket(t, test.url, { protocols: ['ticket', ticket] });
    t.equal(byTicket.ws.protocol, 'ticket');
    t.match(await byTicket.subscribe(['executions']), { type: 'subscribed' });
    t.equal(await refusal(t, test.url, { protocols: ['ticket', ticket] }), 401, 'a second time');
    const [one, two] = await (async (racing: string) =>
      Promise.all([1, 2].map(() => refusal(t, test.url, { protocols: ['ticket', racing] }))))(
      await askTicket(),
    );
    t.same(new Set([one, two]), new Set([101, 401]), 'two at once');
    t.notMatch(await test.redis.keys(`${test.prefix}:*`), [new RegExp(ticket)]);
  },
);

t.test('a socket requires a valid credential in the right place', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const token = mary.headers.authorization.replace('Bearer ', '');
  const cases: [string, string, Parameters<typeof refusal>[2], number][] = [
    ['none', test.url, {}, 401],
    ['garbage', test.url, { headers: { authorization: 'Bearer abc' } }, 401],
    ['a refresh token', test.url, { headers: { authorization: `Bearer ${mary.refreshToken}` } }, 401],
    ['a token in the URL', `${test.url}?token=${token}`, {}, 401],
    ['access_token in the URL', `${test.url}?access_token=${token}`, { headers: mary.headers }, 400],
    ['a made-up ticket', test.url, { protocols: ['ticket', 'x'.repeat(43)] }, 401],
    ['header and subprotocol', test.url, { headers: mary.headers, protocols: ['bearer', token] }, 400],
    ['a foreign page', test.url, { headers: mary.headers, origin: 'https://evil.example' }, 403],
    ['a page without origin', test.url, { headers: mary.headers, origin: 'null' }, 403],
    [
      'an origin that begins like ours',
      test.url,
      { headers: mary.headers, origin: `${test.address}.evil.example` },
      403,
    ],
    ['our own page', test.url, { headers: mary.headers, origin: test.address }, 101],
  ];
  for (const [name, url, options, status] of cases) t.equal(await refusal(t, url, options), status, name);

  const plain = await test.inject({ url: '/ws', headers: mary.headers });
  t.match([plain.statusCode, plain.json().code], [426, 'upgrade_required']);
  t.equal((await test.inject({ url: '/ws' })).statusCode, 401);
  t.equal((await test.inject({ method: 'POST', url: '/ws/ticket' })).statusCode, 401);
});

t.test('configured origins and the host that the caller sees are allowed', async (t) => {
  const test = await startListening(t, { CORS_ORIGIN: 'https://app.example.com, https://two.example.com' });
  const { headers } = await test.signUp('mary');

  t.equal(await refusal(t, test.url, { headers, origin: 'https://two.example.com' }), 101);
  t.equal(await refusal(t, test.url, { headers, origin: 'https://app.example.com.evil.example' }), 403);
});

t.test('oversized frames and endless garbage end the socket, not the process', async (t) => {
  const test = await startListening(t);
  const { headers } = await test.signUp('mary');
  const large = await openSocket(t, test.url, { headers });
  large.ws.send('x'.repeat(1_048_577));
  t.equal(await large.closed, 1009);

  const garbage = await openSocket(t, test.url, { headers });
  garbage.send({ type: 'subscribe', topics: ['users'] });
  garbage.send({ type: 'subscribe', topics: ['executions'], ownerId: 'x' });
  garbage.ws.send('{"__proto__":{"type":"ping"}}');
  await waitFor('answers', () => garbage.received.length === 3);
  t.ok(garbage.received.every(({ code }) => code === 'invalid_message'));
  for (let count = 0; count < 1_000; count += 1) garbage.ws.send(Buffer.from([count % 256, 0xff, 0]));
  t.equal(await garbage.closed, 1008);
  t.equal((await test.inject({ url: '/health' })).statusCode, 200);
});

t.test('the number of sockets per user is limited, and closing one frees a place', async (t) => {
  const test = await startListening(t, { WS_MAX_SOCKETS_PER_USER: '2', WS_MAX_SOCKETS: '3' });
  const [{ headers }, john] = [await test.signUp('mary'), await test.signUp('john')];
  const open = await Promise.all([1, 2].map(() => openSocket(t, test.url, { headers })));

  t.equal(await refusal(t, test.url, { headers }), 429);
  await openSocket(t, test.url, { headers: john.headers });
  t.equal(await refusal(t, test.url, { headers: john.headers }), 503);
  open[0]?.ws.close();
  await waitFor('a free place', () => test.deps.sockets.count === 2);
  t.equal(await refusal(t, test.url, { headers }), 101);
});

t.test('a client that does not answer pings is disconnected, one that does stays', async (t) => {
  const test = await startListening(t, { WS_PING_MS: '1500' });
  const { headers } = await test.signUp('mary');
  const silent = await openSocket(t, test.url, { headers, autoPong: false });
  const alive = await openSocket(t, test.url, { headers });

  t.equal(await silent.closed, 1006);
  await once(alive.ws, 'ping');
  t.equal(alive.ws.readyState, alive.ws.OPEN);
});

t.test('a socket ends within 5 s of the end of its session or account', async (t) => {
  const test = await startListening(t);
  const [mary, john] = [await test.signUp('mary'), await test.signUp('john')];
  const [ofMary, ofJohn, other] = [
    await openSocket(t, test.url, { headers: mary.headers }),
    await openSocket(t, test.url, { headers: john.headers }),
    await openSocket(t, test.url, { headers: (await test.signUp('jane')).headers }),
  ];
  const startedAt = performance.now();
  await test.inject({ method: 'POST', url: '/api/auth/logout', headers: mary.headers });
  await test.models.UserModel.updateOne({ username: 'john' }, { $set: { isActive: false } });

  t.same(await Promise.all([ofMary.closed, ofJohn.closed]), [4401, 4401]);
  t.ok(performance.now() - startedAt < 5_000);
  t.equal(other.ws.readyState, other.ws.OPEN);
});

t.test('a client that does not read is disconnected before it fills the memory', async (t) => {
  const test = await startListening(t);
  const mary = await test.signUp('mary');
  const slow = await openSocket(t, test.url, { headers: mary.headers });
  await slow.subscribe(['executions']);
  slow.ws.pause();
  const action = 'x'.repeat(40);

  await waitFor('the cut', () => {
    for (let count = 0; count < 500; count += 1)
      test.deps.events.write(buildExecution({ ownerId: mary.id, action }));
    return test.deps.sockets.count === 0;
  });
});

t.test('on closing, sockets get a close frame that the server is going away', async (t) => {
  const test = await startListening(t);
  const { headers } = await test.signUp('mary');
  const socket = await openSocket(t, test.url, { headers });
  const deaf = await openSocket(t, test.url, { headers });
  deaf.ws.pause();

  await test.app.close();
  t.equal(await socket.closed, 1001);
  t.equal(test.app.websocketServer.clients.size, 0);
});

t.test('the description of the socket is public', async (t) => {
  const { inject } = await startTestApp(t);

  const reply = await inject({ url: '/ws/info' });
  t.equal(reply.statusCode, 200);
  t.match(reply.json(), {
    path: '/ws',
    pingMs: 30_000,
    topics: ['executions', 'tasks', 'execution:<id>', 'task:<id>'],
  });
});
