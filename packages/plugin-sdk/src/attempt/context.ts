import { type ActionContext, elicit } from '@mcp-server/plugin-sdk';
import type { Logger } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { ask, nextKey } from './ask.ts';
import { safeText } from './describe-error.ts';
import { runOnce } from './once.ts';
import type { Run } from './runs.ts';

const MAX_PROGRESS_TEXT = 500;
/** More would push other events out of the owner's stream. */
const TOLD_AT_ONCE = 5;
const MAX_LOG_TEXT = 2_000;
/** An action that logs in a loop must not fill the disk. */
const MAX_LOG_LINES = 1_000;

/** What the action of this run is given. */
export function buildContext(deps: Deps, run: Run): ActionContext {
  const { execution, controller } = run;
  return {
    executionId: execution._id,
    attempt: execution.attemptsUsed + 1,
    idempotencyKey: execution._id,
    userId: execution.ownerId,
    signal: controller.signal,
    log: boundedLog(deps, run),
    progress: buildProgress(deps, run),
    once: (name, fn) => runOnce(deps, run, name, fn),
    async requestInput(schema, message, { key = nextKey(run) } = {}) {
      const answers = await ask(run, { [key]: elicit(schema, message) });
      return answers[key] as never;
    },
    requestInputs: (questions) => ask(run, questions),
    settings: deps.pluginSettings.get(execution.plugin) ?? {},
  };
}

/** The first few are told at once, for whoever watches a short run; the others go with the beat and before the end. */
function buildProgress(deps: Deps, run: Run): ActionContext['progress'] {
  let atOnce = TOLD_AT_ONCE;
  return (done, total, message) => {
    run.progress = {
      done,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message: safeText(message, MAX_PROGRESS_TEXT) }),
      at: new Date(),
    };
    run.unsentProgress = run.progress;
    if (atOnce-- > 0) publishProgress(deps, run);
  };
}

/** Tells the newest progress, if it was not told yet. */
export function publishProgress(deps: Deps, run: Run): void {
  const { unsentProgress } = run;
  delete run.unsentProgress;
  if (unsentProgress) deps.events.write({ ...run.execution, progress: unsentProgress }, 'execution.progress');
}

/** Lines of a plugin under the execution's fields; texts are masked and capped, objects are not taken. */
function boundedLog(deps: Deps, { execution }: Run): ActionContext['log'] {
  // Most runs log nothing, and a child costs as much as a line.
  let log: Logger | undefined;
  const open = () =>
    (log ??= deps.log.child({
      executionId: execution._id,
      plugin: execution.plugin,
      action: execution.action,
    }));
  let lines = 0;
  const write = (level: 'debug' | 'info' | 'warn' | 'error') => (text: unknown) => {
    if (++lines > MAX_LOG_LINES) return;
    open()[level]({ text: safeText(String(text), MAX_LOG_TEXT) }, 'action log');
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
