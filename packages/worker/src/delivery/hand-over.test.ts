import t from 'tap';

import { delayAfter } from './hand-over.ts';

t.test(
  'a job that others can run returns soon, later if they are busy, and never after a second',
  async (t) => {
    const longest = (takes: number) => delayAfter(takes, 1);

    t.same([1, 2, 3, 4, 32].map(longest), [10, 20, 40, 60, 60]);
    t.same([64, 1_000].map(longest), [240, 1_000]);
    t.equal(delayAfter(4, 0), 30, 'at least half of it');
  },
);
