import t from 'tap';

import { parseArguments } from './arguments.ts';

t.test('what follows the dashes is the command, whatever it looks like', async (t) => {
  t.same(parseArguments(['--data', 'd', '--', 'cmd', '--data', 'x', '--']), {
    dataDir: 'd',
    command: ['cmd', '--data', 'x', '--'],
  });
});

t.test('without a command only the services are wanted', async (t) => {
  t.same(parseArguments([]), { dataDir: '.data', command: [] });
});

t.test('an unknown option is refused', async (t) => {
  t.throws(() => parseArguments(['--dta', 'x']));
});
