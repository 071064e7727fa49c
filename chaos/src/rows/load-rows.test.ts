import { t } from 'tap';

import { loadRows } from './load-rows.ts';

void t.test('every row of the folder is found, once and in order', async (t) => {
  const ids = (await loadRows()).map(({ id }) => id);

  t.equal(new Set(ids).size, ids.length);
  for (const id of ['F1', 'F2', 'F6', 'F7', 'F15', 'F16', 'F19']) t.ok(ids.includes(id), id);
});
