import type { Action, Plugin } from '@mcp-server/plugin-sdk';
import {
  type AttemptEnd,
  type AttemptHost,
  type AttemptRequest,
  runAttempt,
} from '@mcp-server/plugin-sdk/attempt';
import type { ExecutionRecord, Logger } from '@mcp-server/shared';

import { settingsOf } from '../catalogue/read-settings.ts';
import type { Deps } from '../deps.ts';
import { packageActionOf } from '../package-process/describe-package.ts';
import { runInProcess } from '../package-process/run-in-process.ts';
import { reportProgress } from './progress.ts';
import { buildReadSecret } from './read-secret.ts';
import type { Run } from './runs.ts';
import { storedSteps } from './stored-steps.ts';

/**
 * Step 4, run: one attempt of a claimed execution. Never rejects. An action that ignores its signal is abandoned after
 * a grace; `onAbandoned` gets its promise.
 */
export function runAction(
  deps: Deps,
  run: Run,
  { plugin, action }: { plugin: Plugin; action: Action },
  onAbandoned: (left: Promise<unknown>) => void,
): Promise<AttemptEnd> {
  // Of this attempt alone: what it reads is masked in what it says.
  const secrets = deps.secrets.fork();
  const host: AttemptHost = {
    maxResultBytes: deps.config.MAX_RESULT_BYTES,
    abandonAfterMs: deps.config.ABANDON_AFTER_MS,
    steps: storedSteps(deps, run),
    secrets,
    readSecret: buildReadSecret(deps, run, secrets),
    noteReading: (reading) => void run.readings.add(reading),
    writeLog: buildLog(deps, run),
    reportProgress: reportProgress(deps, run),
    onAbandoned,
  };
  const request = toRequest(run, plugin);
  const target = packageActionOf(action);
  return target
    ? runInProcess(action, target, { request, host, controller: run.controller })
    : runAttempt(action, request, host, run.controller);
}

function toRequest({ execution }: Run, plugin: Plugin): AttemptRequest {
  return {
    executionId: execution._id,
    userId: execution.ownerId,
    attempt: execution.attemptsUsed + 1,
    payload: execution.payload,
    retry: execution.policy.retry,
    timeoutMs: execution.policy.timeoutMs,
    settings: settingsOf(plugin),
    questions: execution.inputs ?? [],
    earlyAnswers: JSON.parse(execution.earlyAnswers ?? '{}') as Record<string, unknown>,
  };
}

/** Writes the lines of a plugin to the worker's log, under the fields of the execution. */
function buildLog(deps: Deps, { execution }: Run): AttemptHost['writeLog'] {
  // Most runs log nothing, and a child logger costs as much as a line.
  let log: Logger | undefined;
  const open = () =>
    (log ??= deps.log.child({
      executionId: execution._id,
      plugin: execution.plugin,
      action: execution.action,
    }));
  return (level, text) => open()[level]({ text }, 'action log');
}

/** True if one more crash ends the execution. */
export const isLastChance = ({ crashes, policy }: ExecutionRecord): boolean =>
  crashes + 1 >= policy.maxCrashes;
