import t from 'tap';

import { Turns } from './turns.ts';

t.test('work under one key goes one after the other, whatever became of the one before', async (t) => {
  const turns = new Turns();
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
    turns.take('key', work('a', true)),
    turns.take('key', work('b')),
    turns.take('key', work('c')),
  ]);

  t.same(order, ['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  t.same(
    settled.map(({ status }) => status),
    ['rejected', 'fulfilled', 'fulfilled'],
  );
});

t.test('other keys do not wait', async (t) => {
  const turns = new Turns();
  const { promise, resolve } = Promise.withResolvers<void>();
  const waiting = turns.take('one', () => promise);

  t.equal(await turns.take('other', async () => 'done'), 'done');
  resolve();
  await waiting;
});
