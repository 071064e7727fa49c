import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

import { runAction } from '@mcp-server/plugin-sdk/testing';
import t, { type Test } from 'tap';

import newsletter from './index.ts';

/** A mail server that takes every mail, except that it is busy once, at the second. */
async function openMailServer(t: Test) {
  const addresses: string[] = [];
  let isBusy = true;
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const { address } = (await json(request)) as { address: string };
    const isAccepted = !(isBusy && addresses.length === 1);
    if (isAccepted) addresses.push(address);
    else isBusy = false;
    response.writeHead(isAccepted ? 202 : 429).end();
  };
  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { mailUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/send`, addresses };
}

t.test('a busy mail server delays the newsletter, and no one gets it twice', async (t) => {
  const { mailUrl, addresses } = await openMailServer(t);
  const to = ['ada@example.com', 'bob@example.com', 'cleo@example.com'];

  const run = await runAction(newsletter, 'send', { text: 'News', to }, { settings: { mailUrl } });

  t.match(run, { status: 'completed', result: { sent: 3 } });
  t.match(run.attempts, [{ outcome: 'retry', delayMs: 50 }, { outcome: 'completed' }]);
  t.same(addresses, to);
  t.match(run.progress.at(-1), { done: 3, total: 3 });
});

t.test('too many recipients end it at once, before the first mail', async (t) => {
  const to = ['ada@example.com', 'bob@example.com'];

  const run = await runAction(newsletter, 'send', { text: 'News', to }, { settings: { maxRecipients: '1' } });

  t.match(run, { status: 'failed', failure: { code: 'TOO_MANY' }, attempts: { length: 1 }, steps: {} });
});
