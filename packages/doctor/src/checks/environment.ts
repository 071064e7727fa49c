import { loadApiEnv } from '@mcp-server/api';
import { ConfigError, loadConfig } from '@mcp-server/shared';
import { WorkerEnv } from '@mcp-server/worker';

import { defineCheck, fail, type Finding, problemsOr } from '../check.ts';

const NOT_A_PROBLEM = /^The environment/;

/** Lists the configuration errors that would stop a process at its start. */
function problemsOf(name: string, load: () => unknown): Finding[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const problems = error.message.split('\n').filter((line) => !NOT_A_PROBLEM.test(line));
    return problems.map((problem) => fail(`${name} would not start: ${problem.trim()}`, 'fix that setting'));
  }
}

export default defineCheck({
  run: ({ variables }) =>
    problemsOr(
      [
        ...problemsOf('the API', () => loadApiEnv(variables)),
        ...problemsOf('a worker', () => loadConfig(WorkerEnv, variables)),
      ],
      'API and worker would start with these settings',
    ),
});
