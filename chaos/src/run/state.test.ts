import { join } from 'node:path';

import { t } from 'tap';

import { noFigures } from '../report/figures.ts';
import type { RowResult } from '../run-row.ts';
import { RunState } from './state.ts';

const result = (seed: number, id: string): RowResult => ({
  seed,
  row: { id, title: `row ${id}` },
  figures: { ...noFigures(3), accepted: 7 },
  violations: [{ rule: 'lost', detail: 'one is gone' }],
});

void t.test('a resumed run finds only the rows finished with its seed, commit and scale', async (t) => {
  const path = join(t.testdir({}), 'state', 'full.jsonl');
  const key = { commit: 'abc', scale: 2 };
  const first = new RunState(path, key, { isResumed: false });
  first.keep(result(1, 'F1'));
  first.close();

  const resumed = new RunState(path, key, { isResumed: true });
  t.same(resumed.find('F1', 1), result(1, 'F1'));
  t.equal(resumed.find('F1', 2), undefined);
  t.equal(resumed.find('F2', 1), undefined);
  resumed.close();
  for (const other of [
    { ...key, commit: 'abd' },
    { ...key, scale: 1 },
  ]) {
    const state = new RunState(path, other, { isResumed: true });
    t.equal(state.find('F1', 1), undefined, JSON.stringify(other));
    state.close();
  }
});

void t.test('a run that is not resumed starts from the beginning', async (t) => {
  const path = join(t.testdir({}), 'full.jsonl');
  const key = { commit: 'abc', scale: 1 };
  const first = new RunState(path, key, { isResumed: false });
  first.keep(result(1, 'F1'));
  first.close();

  const second = new RunState(path, key, { isResumed: false });
  t.equal(second.find('F1', 1), undefined);
  second.close();
});
