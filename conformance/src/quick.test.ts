import { isWholeMatrix } from '@mcp-server/testing';
import t from 'tap';

import { startRig } from './rig.ts';
import { runScenario } from './suite.ts';

/** One of each kind; `npm run conformance` runs them all. */
const FEW = [
  'server-stateless',
  'tools-call-with-progress',
  'dns-rebinding-protection',
  'input-required-result-multi-round',
  'tasks-mrtr-composition',
];
const MORE = [
  'tools-list',
  'tools-call-mixed-content',
  'resources-templates-read',
  'prompts-get-with-args',
  'completion-complete',
  'caching',
  'input-required-result-tampered-state',
  'tasks-lifecycle',
  'tasks-mrtr-input',
  'tasks-request-headers',
];

t.test('a quick subset of the conformance suite', async (t) => {
  const { openUrl } = await startRig(t);

  for (const scenario of isWholeMatrix ? [...FEW, ...MORE] : FEW) {
    const { passed, failed, complaints } = await runScenario(`${openUrl}/mcp`, scenario);
    t.equal(failed, 0, `${scenario}: ${complaints.join('; ')}`);
    t.ok(passed > 0, `${scenario}: ${passed} checks passed`);
  }
});
