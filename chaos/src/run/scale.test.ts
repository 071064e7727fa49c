import { t } from 'tap';

import { scaleFor } from './scale.ts';

void t.test('loads grow with the time per seed, and never shrink to nothing', async (t) => {
  t.equal(scaleFor('full', undefined, 1), 1);
  const [one, two] = [scaleFor('full', 60, 1), scaleFor('full', 60, 2)];
  t.ok(one > two && two > 1, `${one} ${two}`);
  t.equal(scaleFor('full', 1, 1), 0.5);
});
