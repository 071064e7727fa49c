import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

import { openFleet, waitFor } from '@mcp-server/testing';
import tap from 'tap';

const policy = {
  retry: { attempts: 1, backoff: 'fixed' as const, delayMs: 10, maxDelayMs: 10 },
  timeoutMs: 100,
  onCrash: 'rerun' as const,
  maxCrashes: 3,
};

tap.test('a run that ignores its signal times out, is left behind and counted', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const worker = await startWorker({ ABANDON_AFTER_MS: '100' });

  const id = await submit({ plugin: 'fixture', action: 'deaf', payload: '{"ms":2000}', policy });

  t.match(await reach(id, 'failed'), { failure: { kind: 'timeout' } });
  const metrics = () =>
    fetch(`http://127.0.0.1:${String(worker.started['port'])}/metrics`).then((answer) => answer.text());
  t.match(await metrics(), /^mcp_abandoned_attempts 1$/m);
  await waitFor('the end of the run', async () => /^mcp_abandoned_attempts 0$/m.test(await metrics()));
});

tap.test('with too many abandoned runs the process drains and exits non-zero', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const worker = await startWorker({ ABANDON_AFTER_MS: '50', MAX_ABANDONED: '2', WORKER_GRACE_MS: '2000' });
  const exited = once(worker.child, 'exit');

  const ids = await Promise.all(
    Array.from({ length: 3 }, () =>
      submit({ plugin: 'fixture', action: 'deaf', payload: '{"ms":60000}', policy }),
    ),
  );

  t.same(await exited, [1, null]);
  for (const id of ids) await reach(id, 'failed');
});

tap.test('a worker that takes nothing while jobs wait exits', async (t) => {
  const { startWorker, submit, space } = await openFleet(t);
  const proxy = await openFreezingProxy(t, space.redisUrl);
  const worker = await startWorker({ CANARY_MS: '1000', REDIS_URL: proxy.url, WORKER_GRACE_MS: '2000' });
  const exited = once(worker.child, 'exit');
  await waitFor('the worker to wait for jobs', () => proxy.isTaking());

  proxy.freeze();
  await submit();

  t.same((await exited)[0], 1);
});

tap.test('a worker whose canary went silent too exits once the canary has a new connection', async (t) => {
  const { startWorker, submit, space } = await openFleet(t);
  const proxy = await openFreezingProxy(t, space.redisUrl);
  const worker = await startWorker({ CANARY_MS: '1000', REDIS_URL: proxy.url, WORKER_GRACE_MS: '2000' });
  const exited = once(worker.child, 'exit');
  await waitFor('the worker to wait for jobs', () => proxy.isTaking());

  proxy.freeze({ others: true });
  await submit();

  t.same((await exited)[0], 1);
});

/** Texts that only the two connections of a queue that take jobs send. */
const TAKING = ['bzpopmin', ':stalled-check'];

/**
 * Starts a proxy that forwards everything, until the connections that take jobs go silent, like half-open ones, and stay
 * so when they are replaced. The open ones of the others can go silent too.
 */
async function openFreezingProxy(t: Pick<typeof tap, 'teardown'>, redisUrl: string) {
  const target = new URL(redisUrl);
  const taking = new Set<Socket>();
  const open = new Set<Socket>();
  const forgotten = new Set<Socket>();
  let isFrozen = false;
  const server = createServer((client) => {
    const redis = connect(Number(target.port), target.hostname);
    open.add(client);
    const isSilent = () => (isFrozen && taking.has(client)) || forgotten.has(client);
    client.on('data', (chunk) => {
      if (TAKING.some((text) => chunk.includes(text))) taking.add(client);
      if (!isSilent()) redis.write(chunk);
    });
    redis.on('data', (chunk) => void (isSilent() ? 0 : client.write(chunk)));
    for (const [one, other] of [[client, redis] as const, [redis, client] as const]) {
      one.on('error', () => other.destroy()).on('close', () => other.destroy());
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isTaking: () => taking.size > 0,
    freeze: ({ others = false } = {}) => {
      isFrozen = true;
      for (const client of others ? open : []) forgotten.add(client);
    },
  };
}
