import { FatalError } from '../action.ts';
import type { Attempt } from './attempt.ts';
import { StopError } from './stop-error.ts';

/** Step names become field names in the database. */
const STEP_NAME = /^[\w-]{1,64}$/;
const MAX_STEP_BYTES = 65_536;

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

async function runStep<T>({ host }: Attempt, name: string, fn: () => Promise<T> | T): Promise<T> {
  const earlier = await host.steps.read(name);
  if (earlier !== undefined) return JSON.parse(earlier) as T;
  await host.steps.start(name);
  const value = await fn();
  await host.steps.end(name, toStepResult(name, value));
  return value;
}

/** @throws {FatalError} if it cannot be stored: the effect happened, and another attempt would repeat it. */
function toStepResult(name: string, value: unknown): string {
  let result: string | undefined;
  try {
    result = JSON.stringify(value ?? null);
  } catch (cause) {
    throw new FatalError(`once: the result of "${name}" is not JSON.`, { cause });
  }
  if (Buffer.byteLength(result ?? '') > MAX_STEP_BYTES)
    throw new FatalError(`once: the result of "${name}" is larger than ${MAX_STEP_BYTES} bytes.`);
  return result ?? 'null';
}
