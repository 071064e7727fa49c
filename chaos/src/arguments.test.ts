import { t } from 'tap';

import { readArguments } from './arguments.ts';

void t.test('the quick run takes its rows and writes its figures', async (t) => {
  t.match(readArguments(['--quick', '--seed', '7']), {
    seeds: [7],
    rows: undefined,
    isQuick: true,
    minutes: undefined,
    figures: 'quick',
  });
});

void t.test('the whole matrix takes minutes and seeds, and can be resumed', async (t) => {
  t.match(readArguments(['--minutes', '60', '--seeds', '1,2, 3', '--resume']), {
    minutes: 60,
    seeds: [1, 2, 3],
    isResumed: true,
    isQuick: false,
    figures: 'full',
  });
});

void t.test('a part of the rows, or a sabotage, leaves the figures alone', async (t) => {
  t.match(readArguments(['--', '--rows', 'f1, F7']), { rows: ['F1', 'F7'], figures: undefined });
  t.match(readArguments(['--sabotage', 'fence-off']), { sabotage: 'fence-off', figures: undefined });
});

void t.test('an unknown option or a value that is not a number is refused', async (t) => {
  t.throws(() => readArguments(['--seed', 'x']), { message: /--seed: "x" is not a number/ });
  t.throws(() => readArguments(['--seeds', '1,,2']), { message: /--seed: "" is not a number/ });
  t.throws(() => readArguments(['--resume']), { message: /--resume needs/ });
  t.throws(() => readArguments(['--fast']));
});
