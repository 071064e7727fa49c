import { setImmediate } from 'node:timers/promises';

import t from 'tap';

import { FreshCache } from './fresh-cache.ts';

/** Long enough that nothing grows old during a test. */
const LONG_MS = 60_000;

/** Loads that end when the test says so. */
function buildSource() {
  const started: PromiseWithResolvers<string>[] = [];
  const load = () => {
    const reading = Promise.withResolvers<string>();
    started.push(reading);
    return reading.promise;
  };
  return { started, load };
}

t.test('concurrent callers of a key share one load', async (t) => {
  const cache = new FreshCache<string>({ maxAgeMs: LONG_MS, maxEntries: 2 });
  const { started, load } = buildSource();

  const [one, two] = [cache.read('a', load), cache.read('a', load)];
  started[0]?.resolve('first');
  const [other, three] = [cache.read('b', load), cache.read('a', load)];
  started[1]?.resolve('of b');

  t.same(await Promise.all([one, two, other, three]), ['first', 'first', 'of b', 'first']);
  t.equal(started.length, 2);
});

t.test(
  'a value is loaded again once its load started too long ago, even if that load still runs',
  async (t) => {
    const cache = new FreshCache<string>({ maxAgeMs: 20 });
    const { started, load } = buildSource();

    const slow = cache.read('a', load);
    while (started.length < 2) {
      void cache.read('a', load);
      await setImmediate();
    }
    started[0]?.resolve('old');
    started[1]?.resolve('new');

    t.equal(await slow, 'old');
    // The second one too may be too old by now.
    t.equal(await cache.read('a', () => Promise.resolve('new')), 'new');
  },
);

t.test('with single flight a slow load is the only one, and its age counts from its end', async (t) => {
  const cache = new FreshCache<string>({ maxAgeMs: 20, isSingleFlight: true });
  const { started, load } = buildSource();

  const slow = cache.read('a', load);
  const until = performance.now() + 40;
  while (performance.now() < until) {
    void cache.read('a', load);
    await setImmediate();
  }
  const readings = started.length;
  started[0]?.resolve('slow');
  await slow;
  const after = cache.read('a', load);
  while (started.length < 2) {
    void cache.read('a', load);
    await setImmediate();
  }

  t.equal(readings, 1);
  t.equal(after, slow, 'kept although it started long ago');
});

t.test('a failed load is not kept and does not remove a newer one', async (t) => {
  const cache = new FreshCache<string>({ maxAgeMs: LONG_MS });
  const { started, load } = buildSource();

  const failing = cache.read('a', load);
  started[0]?.reject(new Error('away'));
  await t.rejects(failing, { message: 'away' });
  const forgotten = cache.read('a', load);
  cache.forget(() => true);
  const kept = cache.read('a', load);
  started[1]?.reject(new Error('away again'));
  await t.rejects(forgotten);
  started[2]?.resolve('here');

  t.equal(await kept, 'here');
  t.equal(cache.read('a', load), kept);
});

t.test('a key that is forgotten during its load is loaded again', async (t) => {
  const cache = new FreshCache<string>({ maxAgeMs: LONG_MS, maxEntries: 2 });
  const { started, load } = buildSource();

  const before = cache.read('a', load);
  void cache.read('b', load);
  cache.forget((key) => key === 'a');
  started[0]?.resolve('stale');
  await before;
  void cache.read('a', load);
  void cache.read('b', load);

  t.equal(started.length, 3, 'a again, b not');
});

t.test('the least recently used key is evicted first', async (t) => {
  const cache = new FreshCache<string>({ maxAgeMs: LONG_MS, maxEntries: 2 });
  const loaded: string[] = [];

  for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) {
    await cache.read(key, async () => {
      loaded.push(key);
      return key;
    });
  }

  t.same(loaded, ['a', 'b', 'c', 'b']);
});
