import { createMongo, pingMongo } from '@mcp-server/shared';
import { FaultProxy, openFleet, openNamespace, type SilentDirection, waitFor } from '@mcp-server/testing';
import t from 'tap';

/** Promised to operators: silent connections are replaced, and work resumes, within this time. */
const REPLACED_WITHIN_MS = 15_000;
const DIRECTIONS: SilentDirection[] = ['both', 'replies'];
const POOL_SIZE = 10;

// They mostly wait.
t.jobs = 3;
/** Only connections of the pool carry it; the driver's monitor has its own. */
const POOL_MARK = 'ping';

interface Teardown {
  teardown(fn: () => Promise<void>): void;
}

/** Starts a proxy before a database. */
async function openProxy(t: Teardown, uri: string) {
  const target = new URL(uri);
  const proxy = await FaultProxy.open(Number(target.port || 27_017), { marks: [POOL_MARK] });
  t.teardown(() => proxy.close());
  target.host = `127.0.0.1:${proxy.port}`;
  return { proxy, uri: target.href };
}

/** Opens a pool as the API does, with every connection in use once. */
async function openPool(t: Teardown) {
  const { mongodbUri } = await openNamespace(t, undefined, { hasIndexes: false });
  const { proxy, uri } = await openProxy(t, mongodbUri);
  const mongo = createMongo({
    uri,
    maxPoolSize: POOL_SIZE,
    serverSelectionTimeoutMs: 1_500,
    socketTimeoutMs: 4_000,
  });
  t.teardown(() => mongo.close());
  const ping = () => pingMongo(mongo.connection);
  await waitFor('the pool', async () => {
    await Promise.all(Array.from({ length: POOL_SIZE }, ping));
    // On a busy machine a few connections may serve them all.
    return proxy.count(POOL_MARK) >= POOL_SIZE;
  });
  return { proxy, ping };
}

for (const mark of [undefined, POOL_MARK]) {
  const which = mark === undefined ? 'a pool and its monitor' : 'a pool, but not its monitor';
  t.test(`the connections of ${which} go silent and are replaced`, { buffered: true }, async (t) => {
    await Promise.all(
      DIRECTIONS.map(async (direction) => {
        const { proxy, ping } = await openPool(t);

        t.ok(proxy.silence(direction, mark) >= POOL_SIZE);
        const silentAt = performance.now();
        // One caller after the other is the worst case: each may meet one more silent connection.
        await waitFor('a reply', ping, 60_000);

        const tookMs = Math.round(performance.now() - silentAt);
        t.ok(tookMs < REPLACED_WITHIN_MS, `${direction}: the database answered after ${tookMs} ms`);
      }),
    );
  });
}

t.test(
  'a worker whose connections to the database go silent takes jobs again',
  { buffered: true },
  async (t) => {
    const { startWorker, submit, reach, space } = await openFleet(t);
    const { proxy, uri } = await openProxy(t, space.mongodbUri);
    const worker = await startWorker({ MONGODB_URI: uri });
    await reach(await submit(), 'completed');

    t.ok(proxy.silence('both') >= POOL_SIZE);
    const silentAt = performance.now();
    await reach(await submit(), 'completed', 60_000);

    const tookMs = Math.round(performance.now() - silentAt);
    t.ok(tookMs < REPLACED_WITHIN_MS, `the work ended after ${tookMs} ms`);
    t.equal(worker.child.exitCode, null);
  },
);
