import { isAlive, listWorkerSightings } from '@mcp-server/shared';

import { defineCheck, fail, problemsOr } from '../check.ts';

/** Problems shown of one plugin; the worker's log has all. */
const MAX_SHOWN = 3;

export default defineCheck({
  needs: ['mongodb'],
  async run({ models }) {
    const living = (await listWorkerSightings(models.WorkerModel)).filter(isAlive);
    // Workers of one kind report the same.
    const broken = new Map(
      living.flatMap(({ worker }) =>
        (worker.pluginErrors ?? []).map(({ plugin, problems }) => [
          `${plugin}: ${problems.slice(0, MAX_SHOWN).join('; ')}`,
          worker._id,
        ]),
      ),
    );
    const findings = [...broken].map(([problem, worker]) =>
      fail(
        `${problem} (${worker})`,
        'fix the plugin; the worker loads an edit in PLUGINS_DIR by itself, others need a restart',
      ),
    );
    return problemsOr(findings, 'every plugin was loaded');
  },
});
