import { t } from 'tap';

import { readArguments } from './arguments.ts';

void t.test('the quick run takes its rows and writes its figures', async (t) => {
  t.match(readArguments(['--quick', '--seed', '7']), {
    seed: 7,
    rows: undefined,
    isQuick: true,
    scale: 1,
    figures: 'quick',
  });
});

void t.test('minutes make the loads longer', async (t) => {
  t.match(readArguments(['--minutes', '60']), { scale: 12, isQuick: false, figures: 'full' });
});

void t.test('a part of the rows, or a sabotage, leaves the figures alone', async (t) => {
  t.match(readArguments(['--', '--rows', 'f1, F7']), { rows: ['F1', 'F7'], figures: undefined });
  t.match(readArguments(['--sabotage', 'fence-off']), { sabotage: 'fence-off', figures: undefined });
});

void t.test('what is not a number or not known is refused', async (t) => {
  t.throws(() => readArguments(['--seed', 'x']), { message: /--seed: "x" is not a number/ });
  t.throws(() => readArguments(['--fast']));
});
