import { setImmediate as nextTurn } from 'node:timers/promises';

import { t } from 'tap';

import { Lane } from './lane.ts';

/** Work that ends when the test says so, and records when it begins. */
function openWork(lane: Lane) {
  const starts: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const take = (name: string, rank: number) =>
    lane.run(rank, async () => {
      starts.push(name);
      const error = await new Promise<Error | undefined>((resolve) => ends.set(name, resolve));
      if (error) throw error;
      return name;
    });
  return {
    starts,
    take,
    end: async (name: string, error?: Error) => {
      ends.get(name)?.(error);
      await nextTurn();
      await nextTurn();
    },
  };
}

t.test('one at a time: the lowest rank first, then the oldest', async (t) => {
  const { starts, take, end } = openWork(new Lane());

  const all = [take('a', 2), take('b', 2), take('c', 1), take('d', 1)];
  t.same(starts, ['a'], 'at once when the lane is free');
  for (const name of ['a', 'c', 'd', 'b']) await end(name);

  t.same(await Promise.all(all), ['a', 'b', 'c', 'd']);
  t.same(starts, ['a', 'c', 'd', 'b']);
});

t.test('work that follows from ended work runs before waiting work of a higher rank', async (t) => {
  const { starts, take, end } = openWork(new Lane());
  const first = take('claim', 1);
  const waiting = take('next claim', 1);
  const follower = first.then(() => take('finish', 0));

  for (const name of ['claim', 'finish', 'next claim']) await end(name);

  await Promise.all([follower, waiting]);
  t.same(starts, ['claim', 'finish', 'next claim']);
});

t.test('a failure rejects its own work only, and the lane goes on', async (t) => {
  const { take, end } = openWork(new Lane());
  const failing = take('failing', 0);
  const next = take('next', 0);
  const refused = t.rejects(failing, { message: 'refused' });

  await end('failing', new Error('refused'));
  await end('next');
  await refused;
  t.equal(await next, 'next');

  const later = take('later', 0);
  await end('later');
  t.equal(await later, 'later', 'an empty lane is free again');
});
