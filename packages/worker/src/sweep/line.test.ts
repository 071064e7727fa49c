import {
  buildQueue,
  enqueueExecution,
  type EnqueueOptions,
  executionIdOf,
  findWithoutPlace,
  placeJob,
} from '@mcp-server/shared';
import { buildExecution, openNamespace } from '@mcp-server/testing';
import t from 'tap';

const PAGE = 500;

async function openLine(t: Parameters<typeof openNamespace>[0]) {
  const { redis, prefix } = await openNamespace(t);
  const queue = buildQueue('default', redis, prefix);
  t.teardown(() => queue.close());
  const names = new Map<string, string>();
  return {
    redis,
    queue,
    /** Adds a job called `<owner><number>`. */
    add: async (name: string, options: EnqueueOptions & { priority?: 'urgent' | 'normal' } = {}) => {
      const { priority = 'normal', ...rest } = options;
      const execution = buildExecution({ ownerId: name.slice(0, 1), priority });
      names.set(execution._id, name);
      await enqueueExecution(queue, execution, rest);
      return `${execution._id}-1`;
    },
    /** Names of the waiting jobs, in the order in which workers take them. */
    order: async () => {
      const ids = await redis.zrange(queue.toKey('prioritized'), 0, -1);
      return ids.map((id) => names.get(executionIdOf(id)));
    },
    take: () => redis.zpopmin(queue.toKey('prioritized')),
    /** Does what the sweep does. */
    place: async () => {
      const ids = await findWithoutPlace(queue, PAGE);
      for (const id of ids)
        await placeJob(queue, id, {
          ownerId: names.get(executionIdOf(id))?.slice(0, 1) ?? '',
          priority: 'normal',
        });
      return ids.length;
    },
  };
}

t.test('owners take turns, however long the line of one is', async (t) => {
  const { add, order, take } = await openLine(t);
  for (let count = 1; count <= 6; count += 1) await add(`a${count}`);
  for (let count = 1; count <= 3; count += 1) await add(`b${count}`);
  t.same(await order(), ['a1', 'b1', 'a2', 'b2', 'a3', 'b3', 'a4', 'a5', 'a6']);

  // Owners that come later start where the line is now, not at its beginning.
  await take();
  await take();
  await add('c1');
  t.same(await order(), ['a2', 'b2', 'c1', 'a3', 'b3', 'a4', 'a5', 'a6']);
});

t.test('an owner who drains and then submits steadily never loses the rest', async (t) => {
  const { add, order, take } = await openLine(t);
  for (let count = 1; count <= 20; count += 1) await add(`a${count}`);
  for (let count = 1; count <= 10; count += 1) {
    await add(`b${count}`);
    await take();
    await take();
  }
  const left = await order();
  t.ok(left.indexOf('a11') <= 2, left.join(' '));
});

t.test('a class orders the own work only', async (t) => {
  const { add, order } = await openLine(t);
  await add('a1');
  for (let count = 2; count <= 4; count += 1) await add(`a${count}`, { priority: 'urgent' });
  await add('a5');
  await add('b1');
  await add('b2');
  const line = await order();
  t.same(
    line.filter((name) => name?.startsWith('a')),
    ['a2', 'a1', 'a3', 'a4', 'a5'],
    'urgent work comes before what is in line at the same place, and all before what comes later',
  );
  t.ok(line.indexOf('b2') <= 5, `b does not wait for all urgent work: ${line.join(' ')}`);
});

t.test('a job that was delayed takes its place when it is due', async (t) => {
  const { add, order, queue, place } = await openLine(t);
  const late = await add('a1', { delayMs: 60_000 });
  for (let count = 1; count <= 3; count += 1) await add(`b${count}`);
  await (await queue.getJob(late))?.promote();
  t.same(await order(), ['b1', 'b2', 'b3', 'a1'], 'behind all others at first');

  t.equal(await place(), 1);
  t.same(await order(), ['b1', 'a1', 'b2', 'b3']);
  t.equal(await place(), 0);
});

t.test('tags start again when nothing waits, and those from before get new places', async (t) => {
  const { add, order, take, queue, redis, place } = await openLine(t);
  const deferred = await add('a1');
  for (let count = 2; count <= 9; count += 1) await add(`a${count}`);
  const last = await redis.zrange(queue.toKey('prioritized'), -1, -1, 'WITHSCORES');
  for (let count = 1; count <= 9; count += 1) await take();

  await add('b1');
  await add('b2');
  await redis.zadd(queue.toKey('prioritized'), String(last[1]), deferred);
  t.same(await order(), ['b1', 'b2', 'a1']);
  t.equal(await place(), 1);
  await add('b3');
  t.same(await order(), ['b1', 'a1', 'b2', 'b3']);
});

t.test('used up tags start again in the same order', async (t) => {
  const { add, order, redis, queue, place } = await openLine(t);
  await add('a0');
  await redis.hset(queue.toKey('tags'), 'current', 300_000, 'highest', 300_000, 'a:2', 300_000);
  for (let count = 1; count <= 4; count += 1) await add(`a${count}`);
  await add('b1');
  const before = await order();

  t.equal(await place(), 6);
  await add('c1');
  t.same((await order()).slice(0, 2), before.slice(0, 2));
  t.ok((await order()).indexOf('c1') <= 3);
  const [, score] = await redis.zrange(queue.toKey('prioritized'), -1, -1, 'WITHSCORES');
  t.ok(Number(score) / 2 ** 32 < 100, 'all have low tags');
});

t.test('what is stored in the place of a tag breaks nothing', async (t) => {
  const { add, order, redis, queue } = await openLine(t);
  await add('a1');
  await redis.hset(queue.toKey('tags'), 'current', 'x', 'highest', '', 'a:2', '-1');
  await add('a2');
  t.same(await order(), ['a1', 'a2']);
});
