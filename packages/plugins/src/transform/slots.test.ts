import t from 'tap';

import { Slots } from './slots.ts';

const never = new AbortController().signal;

t.test('runs are limited to the number of slots, in the order of arrival', async (t) => {
  const slots = new Slots(2);
  const started: number[] = [];
  const ends: (() => void)[] = [];
  const runs = [0, 1, 2, 3].map((number) =>
    slots.run(never, () => {
      started.push(number);
      return new Promise<void>((resolve) => ends.push(resolve));
    }),
  );

  await Promise.resolve();
  t.same(started, [0, 1]);
  ends[1]?.();
  await runs[1];
  await slots.run(AbortSignal.abort(new Error('late')), async () => undefined).catch(() => undefined);
  t.same(started, [0, 1, 2]);
  ends[0]?.();
  ends[2]?.();
  await runs[2];
  await runs[0];
  t.same(started, [0, 1, 2, 3]);
  ends[3]?.();
  await runs[3];
});

t.test('a run that stops waiting takes no slot', async (t) => {
  const slots = new Slots(1);
  const controller = new AbortController();
  let end = () => {};
  const ended = new Promise<void>((resolve) => (end = resolve));
  const first = slots.run(never, () => ended);
  const second = slots.run(controller.signal, async () => 'second');
  const third = slots.run(never, async () => 'third');

  controller.abort(new Error('gone'));
  end();

  await t.rejects(second, /gone/);
  await first;
  t.equal(await third, 'third');
});

t.test('a run that fails gives its slot back', async (t) => {
  const slots = new Slots(1);

  await t.rejects(
    slots.run(never, () => Promise.reject(new Error('no'))),
    /no/,
  );
  t.equal(await slots.run(never, async () => 1), 1);
});
