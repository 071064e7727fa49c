import { FatalError } from '../action.ts';
import type { KnownSecrets } from '../masking/known-secrets.ts';
import type { Attempt } from './attempt.ts';
import { findJsonProblem } from './json-problem.ts';
import { StopError } from './stop-error.ts';

/** Step names become field names in the database. */
const STEP_NAME = /^[\w-]{1,64}$/;
const MAX_STEP_BYTES = 65_536;
/** All steps of an execution together: its record has a size limit in the database, and must have room for its end. */
const MAX_STEPS_BYTES = 4_194_304;
/** Bytes of a step's times and field names. */
const STEP_RECORD_BYTES = 120;

/**
 * `ctx.once`: the start is stored before `fn` and its result after it. An attempt that lost its lease never reaches `fn`.
 * @throws {StopError} if this attempt no longer owns the execution, or has asked a question.
 */
export function runOnce<T>(attempt: Attempt, name: string, fn: () => Promise<T> | T): Promise<T> {
  if (!STEP_NAME.test(name))
    throw new TypeError(`once: the name "${name}" must be letters, digits, _ and -, at most 64.`);
  // This attempt is over: code after a caught question must not have effects.
  if (attempt.questions.open.size > 0) throw new StopError('input_required');
  const step = attempt.steps.get(name) ?? runStep(attempt, name, fn);
  attempt.steps.set(name, step);
  return step as Promise<T>;
}

/** The result is what a later attempt will read, so that both go on with the same value: a Date is a text, for example. */
async function runStep<T>(attempt: Attempt, name: string, fn: () => Promise<T> | T): Promise<T> {
  const { steps } = attempt.host;
  const earlier = await steps.read(name);
  if (earlier !== undefined) {
    // It may come from what the earlier attempt read.
    attempt.host.noteReading?.('step');
    return JSON.parse(earlier) as T;
  }
  // With room for the largest result, so that a step is refused before its effect.
  if (attempt.stepBytes > MAX_STEPS_BYTES - MAX_STEP_BYTES) throw tooLarge(`"${name}" was not started`);
  await steps.start(name);
  const result = toStepResult(name, await fn(), attempt.secrets.values);
  attempt.stepBytes += stepBytes(name, result);
  if (attempt.stepBytes > MAX_STEPS_BYTES) throw tooLarge(`"${name}" ran, but its result cannot be stored`);
  await steps.end(name, result);
  return JSON.parse(result) as T;
}

const tooLarge = (what: string) =>
  new FatalError(
    `once: ${what}: the limit for the results of all steps of an execution is ${MAX_STEPS_BYTES} bytes.`,
    { code: 'STEPS_TOO_LARGE' },
  );

/** Bytes that a step takes in its execution's record. */
export const stepBytes = (name: string, result: string): number =>
  STEP_RECORD_BYTES + name.length + Buffer.byteLength(result);

/** @throws {FatalError} if it cannot be stored: the effect happened, and another attempt would repeat it. */
function toStepResult(name: string, value: unknown, secrets: KnownSecrets): string {
  const refuse = (reason: string) =>
    new FatalError(`once: "${name}" ran, but its result cannot be stored: ${reason}.`, {
      code: 'STEP_RESULT',
    });
  const problem = findJsonProblem(value);
  if (problem !== undefined) throw refuse(problem);
  const json = JSON.stringify(value) ?? 'null';
  // Steps are stored in clear. This attempt gets the masked result too, so authors notice.
  const result = secrets.maskJson(json);
  if (Buffer.byteLength(result) > MAX_STEP_BYTES) throw refuse(`it is larger than ${MAX_STEP_BYTES} bytes`);
  return result;
}
