import { checkRestarts, countHandBacks, restartAll } from './rolling-restart.ts';
import { defineRow } from './row.ts';

/** Two thirds of this are half of a slow run, so about half of the runs at the stop must be handed back. */
const WORKER_GRACE_MS = 1_500;

export default defineRow({
  id: 'F19',
  title:
    'rolling restart of both APIs and all workers under 100 requests/s, with a grace shorter than the work',
  workerEnv: { WORKER_GRACE_MS: String(WORKER_GRACE_MS) },
  quiescenceSeconds: 45,
  run: restartAll,
  check: (record, rig) => [
    ...checkRestarts(record, rig),
    ...(countHandBacks(record) > 0 ? [] : [{ rule: 'no-hand-back', detail: 'no run was handed back' }]),
  ],
});
