import type { Action } from '@mcp-server/plugin-sdk';
import type { ExecutionRecord, RunEnd } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { checkOutput, issuesText } from './check-output.ts';
import { buildContext } from './context.ts';
import { describeError } from './describe-error.ts';
import { endAfterError, retryOrFail } from './retry.ts';
import { type Run, StopError, type StopReason } from './runs.ts';

/** How a run left its action: with an end to offer, or stopped in a way that is no end of the execution. */
export type RunResult = RunEnd | { kind: 'hand_back'; hasBegun: boolean } | { kind: 'lease_lost' };

/** setTimeout fires at once beyond this (about 24.8 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Step 4, run: checks the payload, runs the action under its signal and time limits, checks the result. Never
 * rejects. An action that ignores its signal is left behind after a grace; `onAbandoned` is told and gets its promise.
 */
export async function runAction(
  deps: Deps,
  run: Run,
  action: Action,
  onAbandoned: (left: Promise<unknown>) => void,
): Promise<RunResult> {
  const { execution } = run;
  if (run.controller.signal.aborted) return endAfterThrow(run, undefined, { hasBegun: false });
  const input = await parseInput(action, execution.payload);
  if (!input.ok) return { kind: 'failed', failure: { kind: 'invalid_input', message: input.message } };

  const timers = startTimers(run);
  try {
    // Started in a then-callback, so that a synchronous throw is a rejection too.
    const running = Promise.resolve().then(() => action.run(input.value, buildContext(deps, run)));
    const output = await stopWaiting(deps, run, running, onAbandoned);
    // An action that caught its question cannot turn it into an end.
    return askedOf(run) ?? (await checkOutput(action, output, deps.config.MAX_RESULT_BYTES));
  } catch (error) {
    return endAfterThrow(run, error, { hasBegun: true });
  } finally {
    timers.forEach(clearTimeout);
  }
}

async function parseInput(
  action: Action,
  payload: string,
): Promise<{ ok: true; value: unknown } | { ok: false; message: string }> {
  try {
    const parsed = await action.input.safeParseAsync(JSON.parse(payload));
    return parsed.success
      ? { ok: true, value: parsed.data }
      : { ok: false, message: issuesText(parsed.error) };
  } catch (error) {
    // A schema of a plugin may throw: that is the plugin's fault, and no crash of the process.
    return { ok: false, message: describeError(error).message };
  }
}

function startTimers({ execution, controller }: Run): NodeJS.Timeout[] {
  const abortIn = (ms: number, reason: StopReason) =>
    setTimeout(() => controller.abort(new StopError(reason)), Math.min(Math.max(ms, 0), MAX_TIMER_MS));
  const timers = [abortIn(execution.policy.timeoutMs, 'timeout')];
  const startedAt = execution.attempts.at(-1)?.startedAt;
  if (execution.deadlineAt && startedAt) {
    // Both times are the database's, so their difference holds on a process with a wrong clock too.
    timers.push(abortIn(execution.deadlineAt.getTime() - startedAt.getTime(), 'deadline'));
  }
  return timers;
}

/** Waits for the action, but after an abort only for the grace. */
async function stopWaiting(
  deps: Deps,
  { controller }: Run,
  running: Promise<unknown>,
  onAbandoned: (left: Promise<unknown>) => void,
): Promise<unknown> {
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const abandoned = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        onAbandoned(running);
        reject(signal.reason as Error);
      }, deps.config.ABANDON_AFTER_MS);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([running, abandoned]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function askedOf({ questions }: Run): RunEnd | undefined {
  if (questions.open.size === 0) return undefined;
  return { kind: 'input_required', inputs: [...questions.open.values()] };
}

function endAfterThrow(run: Run, error: unknown, { hasBegun }: { hasBegun: boolean }): RunResult {
  const asked = askedOf(run);
  if (asked) return asked;
  const { execution, controller } = run;
  const attemptsUsed = execution.attemptsUsed + 1;
  const { retry, timeoutMs } = execution.policy;
  const stop: unknown = controller.signal.reason;
  if (!(stop instanceof StopError)) {
    return error instanceof StopError ? { kind: 'lease_lost' } : endAfterError(error, retry, attemptsUsed);
  }
  switch (stop.reason) {
    case 'cancel':
      return { kind: 'cancelled' };
    case 'timeout':
      return retryOrFail({ kind: 'timeout', message: `Stopped after ${timeoutMs} ms.` }, retry, attemptsUsed);
    case 'deadline':
      return { kind: 'failed', failure: { kind: 'expired', message: 'Its deadline passed while it ran.' } };
    case 'shutdown':
      return { kind: 'hand_back', hasBegun };
    case 'input_required':
    case 'lease_lost':
      return { kind: 'lease_lost' };
  }
}

/** One more crash would end it. */
export const isLastChance = ({ crashes, policy }: ExecutionRecord): boolean =>
  crashes + 1 >= policy.maxCrashes;
