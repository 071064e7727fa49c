import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import { t, type Test } from 'tap';

import { readJsonLines } from '../json-lines.ts';
import { seededRandom } from '../random.ts';
import { LedgerLine, Trouble } from './ledger.ts';
import { LoadClient } from './load-client.ts';
import { buildWork, drawWork, USUAL_MIX } from './work.ts';

type Reply = (response: ServerResponse, request: IncomingMessage) => void;

const accept =
  (id: string): Reply =>
  (response) =>
    response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ executionId: id }));
const refuse =
  (status: number): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end('{"code":"x"}');
const reset: Reply = (_response, request) => request.socket.resetAndDestroy();

/** An API that sends these replies in order, and repeats the last one. */
async function openApi(t: Test, replies: Reply[]) {
  const keys: string[] = [];
  const server = createServer((request, response) => {
    request.resume();
    const reply = replies[Math.min(keys.length, replies.length - 1)];
    keys.push(String(request.headers['idempotency-key']));
    reply?.(response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  const dir = t.testdir();
  const paths = { ledgerPath: join(dir, 'ledger.jsonl'), troublePath: join(dir, 'trouble.jsonl') };
  const client = new LoadClient({
    apiUrls: [`http://127.0.0.1:${(server.address() as AddressInfo).port}`],
    users: [{ index: 0, token: 'token' }],
    random: seededRandom(1),
    work: { sinkUrl: 'http://127.0.0.1:1/' },
    ...paths,
  });
  t.teardown(() => client.close());
  return {
    client,
    keys,
    ledger: () => readJsonLines(paths.ledgerPath, LedgerLine),
    troubles: () => readJsonLines(paths.troublePath, Trouble),
  };
}

const work = buildWork('quick', seededRandom(1), { sinkUrl: 'http://127.0.0.1:1/' });

void t.test(
  'a request is repeated with its key until it is answered, and is then in the ledger',
  async (t) => {
    const { client, keys, ledger, troubles } = await openApi(t, [
      reset,
      refuse(503),
      refuse(429),
      accept('id-1'),
    ]);

    await client.submit(work);

    t.equal(keys.length, 4);
    t.equal(new Set(keys).size, 1);
    t.match(ledger(), [{ outcome: 'accepted', id: 'id-1', status: 202, tries: 4, key: keys[0] }]);
    t.match(
      troubles().map(({ kind, status }) => [kind, status]),
      [
        ['reset', 0],
        ['status', 503],
        ['status', 429],
      ],
    );
  },
);

void t.test('an answer that a repeat cannot improve is given up', async (t) => {
  const { client, keys, ledger } = await openApi(t, [refuse(500)]);

  await client.submit(work);

  t.equal(keys.length, 1);
  t.match(ledger(), [{ outcome: 'given-up', status: 500 }]);
});

void t.test('a conflict is recorded as one', async (t) => {
  const { client, ledger } = await openApi(t, [refuse(409)]);

  await client.submit(work);

  t.match(ledger(), [{ outcome: 'conflict', status: 409 }]);
});

void t.test('an open loop keeps its rate and repeats some keys', async (t) => {
  const { client, keys, ledger } = await openApi(t, [accept('same')]);

  await client.arrive({ rate: 200, seconds: 0.5, mix: USUAL_MIX });
  await client.settled();

  t.ok(keys.length > 50 && keys.length < 200, `${keys.length} requests`);
  t.equal(ledger().length, keys.length);
  t.ok(new Set(keys).size < keys.length, 'some keys came twice');
});

void t.test('the same seed draws the same work', async (t) => {
  const draw = () => {
    const random = seededRandom(5);
    return Array.from({ length: 50 }, () => drawWork(random, USUAL_MIX, { sinkUrl: 'http://127.0.0.1:1/' }));
  };

  t.same(draw(), draw());
  t.ok(new Set(draw().map(({ action }) => action)).size >= 4);
});
