import type { Action } from '../action.ts';
import { KnownSecrets } from '../masking/known-secrets.ts';
import type { Attempt, AttemptEnd, AttemptHost, AttemptRequest } from './attempt.ts';
import { checkOutput, issuesText } from './check-output.ts';
import { buildContext } from './context.ts';
import { type DescribedThrow, describeThrown } from './describe-error.ts';
import { endAfterError, retryOrFail } from './retry.ts';
import { isStopError, StopError } from './stop-error.ts';

/** setTimeout fires at once beyond this (about 24.8 days). */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs an action once: checks the payload, runs the action under its signal and time limit, checks the result and decides
 * what follows. Never rejects. Abort `controller` with a StopError to stop it. An action that ignores its signal is
 * abandoned after a grace.
 */
export async function runAttempt(
  action: Action,
  request: AttemptRequest,
  host: AttemptHost,
  controller: AbortController,
): Promise<AttemptEnd> {
  const questions = { open: new Map(), unnamed: 0, isClosed: false };
  const attempt: Attempt = {
    request,
    host,
    controller,
    steps: new Map(),
    secrets: { readings: new Map(), values: new KnownSecrets() },
    stepBytes: host.steps.storedBytes,
    questions,
  };
  if (controller.signal.aborted) return endAfterThrow(attempt, undefined, { hasBegun: false });
  const input = await parseInput(action, request.payload, host.secrets);
  if (!input.ok) return { kind: 'failed', ...input.refusal };

  const timer = startTimeout(attempt);
  try {
    // Started in a then-callback, so that a synchronous throw is a rejection too.
    const running = Promise.resolve().then(() => action.run(input.value, buildContext(attempt)));
    const output = await awaitWithGrace(attempt, running);
    // An action that caught its question cannot turn it into an end.
    return askedBy(attempt) ?? (await checkOutput(action, output, host));
  } catch (error) {
    return endAfterThrow(attempt, error, { hasBegun: true });
  } finally {
    clearTimeout(timer);
  }
}

async function parseInput(
  action: Action,
  payload: string,
  secrets: KnownSecrets | undefined,
): Promise<{ ok: true; value: unknown } | { ok: false; refusal: DescribedThrow }> {
  try {
    const parsed = await action.input.safeParseAsync(JSON.parse(payload));
    return parsed.success
      ? { ok: true, value: parsed.data }
      : {
          ok: false,
          refusal: { failure: { kind: 'invalid_input', message: issuesText(parsed.error, secrets) } },
        };
  } catch (error) {
    // The schema of a plugin may throw: that must not crash the process.
    const { failure, ...thrown } = describeThrown(error, secrets);
    return {
      ok: false,
      refusal: { ...thrown, failure: { kind: 'invalid_input', message: failure.message } },
    };
  }
}

function startTimeout({ request, controller }: Attempt): NodeJS.Timeout {
  const stop = () => controller.abort(new StopError('timeout'));
  return setTimeout(stop, Math.min(Math.max(request.timeoutMs, 0), MAX_TIMER_MS));
}

/** Waits for the action; after an abort only for the grace. */
async function awaitWithGrace({ controller, host }: Attempt, running: Promise<unknown>): Promise<unknown> {
  const { signal } = controller;
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const abandoned = new Promise<never>((_resolve, reject) => {
    onAbort = () => {
      timer = setTimeout(() => {
        host.onAbandoned(running);
        reject(signal.reason as Error);
      }, host.abandonAfterMs);
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

function askedBy({ questions }: Attempt): AttemptEnd | undefined {
  if (questions.open.size === 0) return undefined;
  return { kind: 'input_required', inputs: [...questions.open.values()] };
}

function endAfterThrow(attempt: Attempt, error: unknown, { hasBegun }: { hasBegun: boolean }): AttemptEnd {
  const asked = askedBy(attempt);
  if (asked) return asked;
  const { request, host, controller } = attempt;
  const { random, secrets } = host;
  const retryState = { policy: request.retry, attemptsUsed: request.attempt, random, secrets };
  const stop: unknown = controller.signal.reason;
  if (!(stop instanceof StopError)) {
    return isStopError(error) ? { kind: 'lease_lost' } : endAfterError(error, retryState);
  }
  switch (stop.reason) {
    case 'cancel':
      return { kind: 'cancelled' };
    case 'timeout': {
      const failure = { kind: 'timeout' as const, message: `Stopped after ${request.timeoutMs} ms.` };
      return retryOrFail({ failure }, retryState);
    }
    case 'shutdown':
      return { kind: 'hand_back', hasBegun };
    case 'input_required':
    case 'lease_lost':
      return { kind: 'lease_lost' };
  }
}
