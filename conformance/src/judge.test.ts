import t from 'tap';

import { isBad, judge } from './judge.ts';

const result = (scenario: string, passed: number, failed: number, warnings = 0) => ({
  scenario,
  passed,
  failed,
  warnings,
  complaints: [],
});
const SCORED = ['required', 'baselined'];
const BASELINE = new Map([['baselined', 'for a reason']]);

t.test('unexpected failures are bad, in required scenarios and in the Tasks extension', async (t) => {
  for (const [scenario, passed, failed, verdict, bad] of [
    ['required', 3, 0, 'passed', false],
    ['required', 3, 1, 'failed', true],
    ['required', 0, 0, 'not runnable', true],
    ['baselined', 0, 1, 'expected to fail', false],
    ['baselined', 1, 0, 'stale in the baseline', true],
    ['tasks-lifecycle', 3, 1, 'failed', true],
    ['tasks-status-notifications', 0, 0, 'not runnable', false],
    ['beside', 0, 1, 'failed', false],
  ] as const) {
    const judged = judge(result(scenario, passed, failed), SCORED, BASELINE);

    t.equal(judged.verdict, verdict, scenario);
    t.equal(isBad(judged), bad, `${scenario}: ${verdict}`);
  }
});

t.test('a scenario that only warns does not fail, one that did not run does', async (t) => {
  const warned = judge(result('required', 0, 0, 1), SCORED, BASELINE);

  t.equal(warned.verdict, 'only warnings');
  t.equal(isBad(warned), false);
});
