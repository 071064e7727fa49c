import t from 'tap';

import { parseArguments } from './arguments.ts';

t.test('everything after the dashes belongs to the command', async (t) => {
  t.same(parseArguments(['--data', 'd', '--', 'cmd', '--data', 'x', '--']), {
    dataDir: 'd',
    command: ['cmd', '--data', 'x', '--'],
  });
});

t.test('without a command only the services are started', async (t) => {
  t.same(parseArguments([]), { dataDir: '.data', command: [] });
});

t.test('an unknown option is refused', async (t) => {
  t.throws(() => parseArguments(['--dta', 'x']));
});
