import t from 'tap';

import { KeyedMutex } from './keyed-mutex.ts';

t.test('work of one key runs one after the other, also after a failure', async (t) => {
  const turns = new KeyedMutex();
  const order: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      order.push(`${name} begins`);
      await Promise.resolve();
      order.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };

  const settled = await Promise.allSettled([
    turns.run('key', work('a', true)),
    turns.run('key', work('b')),
    turns.run('key', work('c')),
  ]);

  t.same(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  t.same(
    settled.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
});

t.test('other keys do not wait', async (t) => {
  const turns = new KeyedMutex();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = turns.run('one', () => promise);

  t.equal(await turns.run('other', async () => 'done'), 'done');
  resolve();
  await waiting;
});
