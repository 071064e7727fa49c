import { t } from 'tap';

import { loadRows } from './load-rows.ts';

void t.test('every row of the folder is loaded, once and in order', async (t) => {
  const rows = await loadRows();

  const ids = rows.map(({ id }) => id);
  t.equal(new Set(ids).size, ids.length);
  for (const id of ['F3', 'F4', 'F4-abort', 'F9', 'F10', 'F13', 'F17', 'F21', 'F25'])
    t.ok(ids.includes(id), id);
  t.ok(ids.indexOf('F4') < ids.indexOf('F4-abort'), 'a variant follows the row that it varies');
  const quick = rows.filter(({ isQuick = true }) => isQuick).map(({ id }) => id);
  t.same(quick, ['F1', 'F2', 'F6', 'F7', 'F15', 'F16', 'F19']);
});
