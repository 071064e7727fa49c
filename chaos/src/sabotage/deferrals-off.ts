// A worker whose sweep trusts every deferral of a job.
import { replaceSource } from './replace-source.ts';

replaceSource('deferrals-off', [
  { file: 'worker/src/sweep/sweeper.ts', text: '  rescueDeferred,\n', by: '' },
]);
