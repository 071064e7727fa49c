import { join } from 'node:path';

import t from 'tap';

import { EarlierRuns } from './earlier-runs.ts';

t.test(
  'the next run knows the files that passed: the longest goes first, after files that never ran',
  async (t) => {
    const path = join(t.testdir({}), 'runs.json');
    const first = new EarlierRuns(path);
    first.record('short', { ms: 10 });
    first.record('long', { ms: 90, inputs: 'hash' });

    const next = new EarlierRuns(path);

    t.same(next.longestFirst(['short', 'new', 'long']), ['new', 'long', 'short']);
    t.ok(next.hasPassed('long', 'hash'));
    t.notOk(next.hasPassed('long', 'other'));
    t.notOk(next.hasPassed('new', 'hash'));
  },
);
