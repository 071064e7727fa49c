import { t } from 'tap';

import { readArguments } from './arguments.ts';

void t.test('only a complete run replaces the published figures', async (t) => {
  t.equal(readArguments([]).figures, 'bench');
  t.equal(readArguments(['--quick']).figures, undefined);
  t.equal(readArguments(['--only', 'echo-1']).figures, undefined);
  t.equal(readArguments(['--quick', '--figures', 'mine']).figures, 'mine');
});

void t.test('rounds, cases and size follow the arguments', async (t) => {
  t.match(readArguments(['--rounds', '2', '--only', 'echo-1,memory']), {
    rounds: 2,
    scale: 1,
    only: ['echo-1', 'memory'],
  });
  t.ok(readArguments(['--quick']).scale < 1);
  t.throws(() => readArguments(['--rounds', 'many']), { message: /--rounds/ });
  t.throws(() => readArguments(['--fast']), TypeError);
});
