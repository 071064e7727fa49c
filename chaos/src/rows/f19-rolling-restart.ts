import { checkHandBacks } from './hand-backs.ts';
import { checkRestarts, type HeldAtStop, restartAll } from './rolling-restart.ts';
import { defineRow } from './row.ts';

const WORKER_GRACE_MS = 1_500;
/** Several times the grace: a run that has just begun cannot end within it, on a busy machine either. */
const LONG_MS = 8_000;

let held: HeldAtStop = new Map();

export default defineRow({
  id: 'F19',
  title:
    'rolling restart of both APIs and all workers under 100 requests/s, with a grace shorter than the work',
  workerEnv: { WORKER_GRACE_MS: String(WORKER_GRACE_MS) },
  quiescenceSeconds: 45,
  async run(rig) {
    held = await restartAll(rig, LONG_MS);
  },
  check: (record, rig) => [...checkRestarts(record, rig), ...checkHandBacks(record.documents, held)],
});
