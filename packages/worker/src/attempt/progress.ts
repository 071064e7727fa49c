import type { AttemptHost } from '@mcp-server/plugin-sdk/attempt';

import type { Deps } from '../deps.ts';
import type { Run } from './runs.ts';

/** Progress events published at once per attempt. More would push other events out of the owner's stream. */
const PUBLISHED_AT_ONCE = 5;

/** Keeps the newest progress of a run. The first few are published at once; later ones with the beat and before the end. */
export function reportProgress(deps: Deps, run: Run): AttemptHost['reportProgress'] {
  let atOnce = PUBLISHED_AT_ONCE;
  return (progress) => {
    run.progress = { ...progress, at: new Date() };
    run.unsentProgress = run.progress;
    if (atOnce-- > 0) publishProgress(deps, run);
  };
}

/** Publishes the newest progress, if it was not published yet. */
export function publishProgress(deps: Deps, run: Run): void {
  const { unsentProgress } = run;
  delete run.unsentProgress;
  if (unsentProgress) deps.events.write({ ...run.execution, progress: unsentProgress }, 'execution.progress');
}

/** The newest progress of a run, unless it is stored. Until a beat has stored it for sure, it is sent again. */
export const unstoredProgress = ({ progress, storedProgress }: Run): Run['progress'] =>
  progress === storedProgress ? undefined : progress;
