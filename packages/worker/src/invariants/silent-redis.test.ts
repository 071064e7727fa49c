import { createRedis, type RedisRole } from '@mcp-server/shared';
import { FaultProxy, openFleet, type SilentDirection, waitFor } from '@mcp-server/testing';
import t from 'tap';

const { REDIS_URL = '' } = process.env;
/** Promised to operators: a silent connection is replaced, and work resumes, within this time. */
const REPLACED_WITHIN_MS = 15_000;
/** Only the connection that takes jobs, and not the one that waits for them, carries it. */
const TAKES_JOBS = ':stalled-check';
const DIRECTIONS: SilentDirection[] = ['both', 'replies'];

// They mostly wait.
t.jobs = 4;

/** Starts a proxy before the Redis of the run. */
async function openProxy(t: { teardown(fn: () => Promise<void>): void }) {
  const target = new URL(REDIS_URL);
  const proxy = await FaultProxy.open(Number(target.port), { marks: [TAKES_JOBS] });
  t.teardown(() => proxy.close());
  target.host = `127.0.0.1:${proxy.port}`;
  return { proxy, url: target.href };
}

t.test('a connection of every role that goes silent is replaced', { buffered: true }, async (t) => {
  const { proxy, url } = await openProxy(t);
  const open = (role: RedisRole) => {
    const redis = createRedis(url, role, () => undefined);
    t.teardown(async () => redis.disconnect());
    return redis;
  };
  const [producer, consumer, subscriber, blocked] = [
    open('producer'),
    open('consumer'),
    open('subscriber'),
    open('blocked'),
  ];
  const key = `silent-${process.pid}`;
  const heard: string[] = [];
  await subscriber.subscribe(key);
  subscriber.on('message', (_channel, message) => heard.push(message));
  await waitFor('every connection', () =>
    [producer, consumer, subscriber, blocked].every(({ status }) => status === 'ready'),
  );

  t.equal(proxy.silence('both'), 4);
  const popped = blocked.blpop(key, 0);
  await Promise.all([
    consumer.lpush(key, 'item'),
    waitFor('the producer', () => producer.ping(), REPLACED_WITHIN_MS),
    waitFor(
      'the subscriber',
      async () => {
        await consumer.publish(key, 'hello');
        return heard.length > 0;
      },
      REPLACED_WITHIN_MS,
    ),
    waitFor('a reply to the blocked read', () => popped, REPLACED_WITHIN_MS),
  ]);

  t.same(await popped, [key, 'item']);
});

for (const direction of DIRECTIONS) {
  t.test(
    `a worker whose connections go silent (${direction}) takes jobs again`,
    { buffered: true },
    async (t) => {
      const { startWorker, submit, reach } = await openFleet(t);
      const { proxy, url } = await openProxy(t);
      const worker = await startWorker({ REDIS_URL: url });
      await reach(await submit(), 'completed');

      t.ok(proxy.silence(direction) >= 5, 'BullMQ has its own connections');
      const silentAt = performance.now();
      await reach(await submit(), 'completed', 60_000);

      const tookMs = Math.round(performance.now() - silentAt);
      t.ok(tookMs < REPLACED_WITHIN_MS, `the work ended after ${tookMs} ms`);
      t.equal(worker.child.exitCode, null);
    },
  );
}

t.test('a worker of which only the connection that takes jobs goes silent', { buffered: true }, async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const { proxy, url } = await openProxy(t);
  const worker = await startWorker({ REDIS_URL: url });
  await reach(await submit(), 'completed');

  t.equal(proxy.silence('replies', TAKES_JOBS), 1);
  await reach(await submit(), 'completed', REPLACED_WITHIN_MS);

  t.equal(worker.child.exitCode, null);
});
