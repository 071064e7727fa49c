import t from 'tap';

import { newestVersionFirst } from './newest-version.ts';

t.test('versions are compared as numbers, releases before their pre-releases, the rest last', async (t) => {
  const versions = ['1.2.0', 'next', '1.10.0', '2.0.0-rc.2', '2.0.0', '1.9.9', '2.0.0-rc.10', '1.9'];

  t.same(versions.toSorted(newestVersionFirst), [
    '2.0.0',
    '2.0.0-rc.10',
    '2.0.0-rc.2',
    '1.10.0',
    '1.9.9',
    '1.2.0',
    'next',
    '1.9',
  ]);
});
