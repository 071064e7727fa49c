import { endStep, readStep, startStep } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { type Run, StopError } from './runs.ts';

/** Step names become field names in the database. */
const STEP_NAME = /^[\w-]{1,64}$/;
const MAX_STEP_BYTES = 65_536;

/**
 * `ctx.once`: the start is stored, fenced, before `fn` and its result after. A claim that was superseded never
 * reaches `fn`.
 * @throws {StopError} when this attempt does not own the execution any more.
 */
export async function runOnce<T>(deps: Deps, run: Run, name: string, fn: () => Promise<T> | T): Promise<T> {
  if (!STEP_NAME.test(name)) throw new TypeError(`once: "${name}" is not a name of letters, digits, _ and -`);
  const { ExecutionModel } = deps.models;
  const { _id: id, epoch } = run.execution;
  const earlier = await readStep(ExecutionModel, { id, name });
  if (earlier?.endedAt) return JSON.parse(earlier.result ?? 'null') as T;

  if (!(await startStep(ExecutionModel, { id, epoch, name }))) throw new StopError('lease_lost');
  const value = await fn();
  const result = JSON.stringify(value ?? null);
  if (Buffer.byteLength(result) > MAX_STEP_BYTES) {
    throw new RangeError(`once: the result of "${name}" is larger than ${MAX_STEP_BYTES} bytes`);
  }
  if (!(await endStep(ExecutionModel, { id, epoch, name, result }))) throw new StopError('lease_lost');
  return value;
}
