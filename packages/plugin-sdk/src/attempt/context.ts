import type { ActionContext, ActionLog } from '../action.ts';
import { safeText } from '../masking/safe-text.ts';
import { elicit } from '../question.ts';
import { ask, nextKey } from './ask.ts';
import type { Attempt } from './attempt.ts';
import { runOnce } from './once.ts';
import { readSecret } from './secret.ts';
import { textOf } from './thrown.ts';

const MAX_PROGRESS_TEXT = 500;
const MAX_LOG_TEXT = 2_000;
/** An action that logs in a loop must not fill the disk. */
const MAX_LOG_LINES = 1_000;

/** Builds the second argument of `run`. */
export function buildContext(attempt: Attempt): ActionContext {
  const { request, controller, host } = attempt;
  return {
    get executionId() {
      host.noteReading?.('execution');
      return request.executionId;
    },
    attempt: request.attempt,
    get idempotencyKey() {
      host.noteReading?.('execution');
      return request.executionId;
    },
    get userId() {
      host.noteReading?.('owner');
      return request.userId;
    },
    signal: controller.signal,
    log: boundedLog(attempt),
    progress: reportProgress(attempt),
    once: (name, fn) => runOnce(attempt, name, fn),
    async requestInput(schema, message, { key = nextKey(attempt) } = {}) {
      const answers = await ask(attempt, { [key]: elicit(schema, message) });
      return answers[key] as never;
    },
    secret: (name, options) => readSecret(attempt, name, options),
    requestInputs: (questions) => ask(attempt, questions),
    settings: request.settings,
  };
}

/** A report that is not made of numbers is dropped with a warning: it must not end an action that works. */
function reportProgress({ host }: Attempt): ActionContext['progress'] {
  const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
  return (done, total, message) => {
    if (!isNumber(done) || (total !== undefined && !isNumber(total)))
      return host.writeLog(
        'warn',
        'progress: done and total must be finite numbers; this report was dropped',
      );
    host.reportProgress({
      done,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined
        ? {}
        : { message: safeText(textOf(message), { maxLength: MAX_PROGRESS_TEXT, secrets: host.secrets }) }),
    });
  };
}

/** Texts are masked and capped; objects are not accepted. */
function boundedLog({ host }: Attempt): ActionLog {
  let lines = 0;
  const write = (level: keyof ActionLog) => (text: unknown) => {
    if (++lines > MAX_LOG_LINES) return;
    host.writeLog(level, safeText(textOf(text), { maxLength: MAX_LOG_TEXT, secrets: host.secrets }));
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
