import t from 'tap';

import { startRig } from './rig.ts';
import { runScenario } from './suite.ts';

/** One of each kind; `npm run conformance` runs them all. */
const SCENARIOS = [
  'server-stateless',
  'tools-list',
  'tools-call-mixed-content',
  'tools-call-with-progress',
  'resources-templates-read',
  'prompts-get-with-args',
  'completion-complete',
  'dns-rebinding-protection',
  'caching',
  'input-required-result-multi-round',
  'input-required-result-tampered-state',
  'tasks-lifecycle',
  'tasks-mrtr-input',
  'tasks-mrtr-composition',
  'tasks-request-headers',
];

t.test('a quick subset of the conformance suite', async (t) => {
  const { openUrl } = await startRig(t);

  for (const scenario of SCENARIOS) {
    const { passed, failed, complaints } = await runScenario(`${openUrl}/mcp`, scenario);
    t.equal(failed, 0, `${scenario}: ${complaints.join('; ')}`);
    t.ok(passed > 0, `${scenario}: ${passed} checks passed`);
  }
});
