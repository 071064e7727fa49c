import type { ActionContext, ActionLog } from '../action.ts';
import { elicit } from '../question.ts';
import { ask, nextKey } from './ask.ts';
import type { Attempt } from './attempt.ts';
import { safeText } from './describe-error.ts';
import { runOnce } from './once.ts';

const MAX_PROGRESS_TEXT = 500;
const MAX_LOG_TEXT = 2_000;
/** An action that logs in a loop must not fill the disk. */
const MAX_LOG_LINES = 1_000;

/** Builds the second argument of `run`. */
export function buildContext(attempt: Attempt): ActionContext {
  const { request, host, controller } = attempt;
  return {
    executionId: request.executionId,
    attempt: request.attempt,
    idempotencyKey: request.executionId,
    userId: request.userId,
    signal: controller.signal,
    log: boundedLog(attempt),
    progress: (done, total, message) =>
      host.reportProgress({
        done,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message: safeText(message, MAX_PROGRESS_TEXT) }),
      }),
    once: (name, fn) => runOnce(attempt, name, fn),
    async requestInput(schema, message, { key = nextKey(attempt) } = {}) {
      const answers = await ask(attempt, { [key]: elicit(schema, message) });
      return answers[key] as never;
    },
    requestInputs: (questions) => ask(attempt, questions),
    settings: request.settings,
  };
}

/** Texts are masked and capped; objects are not accepted. */
function boundedLog({ host }: Attempt): ActionLog {
  let lines = 0;
  const write = (level: keyof ActionLog) => (text: unknown) => {
    if (++lines > MAX_LOG_LINES) return;
    host.writeLog(level, safeText(String(text), MAX_LOG_TEXT));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
