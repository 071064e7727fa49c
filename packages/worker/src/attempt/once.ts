import { FatalError } from '@mcp-server/plugin-sdk';
import { endStep, readStep, startStep } from '@mcp-server/shared';

import { untilAnswered } from '../delivery/until-answered.ts';
import type { Deps } from '../deps.ts';
import { type Run, StopError } from './runs.ts';

/** Step names become field names in the database. */
const STEP_NAME = /^[\w-]{1,64}$/;
const MAX_STEP_BYTES = 65_536;

/**
 * `ctx.once`: the start is stored, fenced, before `fn` and its result after; both writes are repeated until the database
 * has answered, so that an outage does not become a second effect. A claim that was superseded never reaches `fn`.
 * @throws {StopError} when this attempt does not own the execution any more.
 */
export function runOnce<T>(deps: Deps, run: Run, name: string, fn: () => Promise<T> | T): Promise<T> {
  if (!STEP_NAME.test(name)) throw new TypeError(`once: "${name}" is not a name of letters, digits, _ and -`);
  // It asked, and this attempt is over: what follows a caught question must not have effects.
  if (run.questions.open.size > 0) throw new StopError('input_required');
  const known = run.steps.get(name) ?? runStep(deps, run, name, fn);
  run.steps.set(name, known);
  return known as Promise<T>;
}

async function runStep<T>(deps: Deps, run: Run, name: string, fn: () => Promise<T> | T): Promise<T> {
  const { ExecutionModel } = deps.models;
  const { _id: id, epoch } = run.execution;
  const { signal } = run.controller;
  const earlier = await untilAnswered(signal, () => readStep(ExecutionModel, { id, name }));
  if (earlier?.endedAt) return JSON.parse(earlier.result ?? 'null') as T;

  if (!(await untilAnswered(signal, () => startStep(ExecutionModel, { id, epoch, name })))) {
    throw new StopError('lease_lost');
  }
  const value = await fn();
  const result = toStepResult(name, value);
  if (!(await untilAnswered(signal, () => endStep(ExecutionModel, { id, epoch, name, result })))) {
    throw new StopError('lease_lost');
  }
  return value;
}

/** @throws {FatalError} when it cannot be stored: the effect happened, and a further attempt would repeat it. */
function toStepResult(name: string, value: unknown): string {
  let result: string | undefined;
  try {
    result = JSON.stringify(value ?? null);
  } catch (cause) {
    throw new FatalError(`once: the result of "${name}" is not JSON`, { cause });
  }
  if (Buffer.byteLength(result ?? '') > MAX_STEP_BYTES) {
    throw new FatalError(`once: the result of "${name}" is larger than ${MAX_STEP_BYTES} bytes`);
  }
  return result ?? 'null';
}
