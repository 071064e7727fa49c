import { type Action, FatalError } from '@mcp-server/plugin-sdk';
import {
  type AttemptEnd,
  type AttemptHost,
  type AttemptRequest,
  describeError,
  runAttempt,
  stepBytes,
  StopError,
} from '@mcp-server/plugin-sdk/attempt';
import { safeText } from '@mcp-server/plugin-sdk/masking';

import { PackageProcess } from './launch.ts';
import type { FromProcess, ProcessEnd } from './messages.ts';
import { processSlots } from './process-slots.ts';

/** An action logs at most 1,000 lines and reports progress cheaply; steps are few. */
const MAX_MESSAGES = 100_000;
const MAX_STEPS_BYTES = 4_194_304;
const MAX_LOG_TEXT = 2_000;
const MAX_PROGRESS_TEXT = 500;

/** Target of a process: an action of the plugin whose entry this is. */
export interface PackageAction {
  /** Folder that it may read. */
  folder: string;
  /** URL of its module. */
  entry: string;
  action: string;
}

/**
 * Runs an attempt in a process of its own. The attempt there reads the payload, runs the action and checks its result; the one
 * here keeps the time limit, stops the process, and checks again what comes out of it.
 */
export async function runInProcess(
  outer: Action,
  target: PackageAction,
  attempt: { request: AttemptRequest; host: AttemptHost; controller: AbortController },
): Promise<AttemptEnd> {
  const { request, host, controller } = attempt;
  let end: ProcessEnd | undefined;
  const action: Action = {
    ...outer,
    async run(_input, { signal }) {
      end = await awaitProcess(target, { request, host, signal });
      if (end.kind === 'completed') return JSON.parse(end.result) as unknown;
      throw signal.aborted ? signal.reason : new Error('the attempt ended in its process');
    },
    toContent:
      outer.toContent &&
      (() => (end?.kind === 'completed' && end.content !== undefined ? JSON.parse(end.content) : undefined)),
  };
  if (!action.toContent) delete action.toContent;
  // Waited for before the attempt, whose time limit begins with it.
  const freeSlot = await processSlots.take(controller.signal);
  const own = await runAttempt(action, request, host, controller).finally(() => freeSlot?.());
  const isStopped = controller.signal.aborted;
  return end && !isStopped ? (toAttemptEnd(end, request, host) ?? own) : own;
}

/** Undefined for an end that the attempt here has checked, or knows better. */
function toAttemptEnd(
  end: ProcessEnd,
  { attempt, retry }: AttemptRequest,
  { secrets }: AttemptHost,
): AttemptEnd | undefined {
  switch (end.kind) {
    case 'completed':
    case 'stopped':
      return undefined;
    case 'input_required': {
      const mask = (json: string) => JSON.stringify(JSON.parse(secrets?.maskJson(json) ?? json));
      return {
        kind: end.kind,
        inputs: end.inputs.map((input) => ({ ...input, params: mask(input.params) })),
      };
    }
    case 'failed':
    case 'retry': {
      const { message, code } = end.failure;
      const failure = {
        ...end.failure,
        message: safeText(message, { secrets }),
        ...(code === undefined ? {} : { code: safeText(code, { maxLength: 64, secrets }) }),
      };
      const described = {
        failure,
        ...(end.stack === undefined ? {} : { stack: safeText(end.stack, { secrets }) }),
      };
      // The policy is that of the worker.
      return end.kind === 'retry' && attempt < retry.attempts
        ? { kind: 'retry', ...described, delayMs: end.delayMs }
        : { kind: 'failed', ...described };
    }
  }
}

/** @throws {Error} if the process ends without an end of the attempt. */
async function awaitProcess(
  { folder, entry, action }: PackageAction,
  { request, host, signal }: { request: AttemptRequest; host: AttemptHost; signal: AbortSignal },
): Promise<ProcessEnd> {
  let end: ProcessEnd | undefined;
  let messages = 0;
  const child = new PackageProcess(folder, (message) => {
    messages += 1;
    if (messages > MAX_MESSAGES) child.endFor(`sent more than ${MAX_MESSAGES} messages`);
    else if (message.kind === 'ended') end ??= message.end;
    else serve(message);
  });
  const serve = buildServices(child, host);
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    const { reason } = signal.reason as StopError;
    child.send({ kind: 'abort', reason });
    // Sooner than the attempt here would count as abandoned.
    timer = setTimeout(() => child.kill(), host.abandonAfterMs * 0.8);
  };
  signal.addEventListener('abort', stop, { once: true });
  const { maxResultBytes, abandonAfterMs, steps } = host;
  // The settings of other plugins are not its business, and its own are their defaults.
  const order = { entry, action, request: { ...request, settings: {} }, maxResultBytes, abandonAfterMs };
  child.send({ kind: 'run', ...order, storedStepBytes: steps.storedBytes });
  try {
    const exit = await child.exited;
    if (child.violation !== undefined) throw new Error(`The process of the package ${child.violation}.`);
    if (end) return end;
    throw new Error(`The process of the package ended with ${exit}.`);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    child.kill();
  }
}

/** Storage for the attempt in the process, with the limits of an attempt here. */
function buildServices(child: PackageProcess, host: AttemptHost): (message: FromProcess) => void {
  const { secrets, steps } = host;
  let storedBytes = steps.storedBytes;
  const serveStep = async ({ call, name, result = 'null' }: FromProcess & { kind: 'step' }) => {
    if (call === 'read') return steps.read(name);
    if (call === 'start') {
      await steps.start(name);
      return undefined;
    }
    storedBytes += stepBytes(name, result);
    if (storedBytes > MAX_STEPS_BYTES) throw new RangeError('too many steps');
    const json = JSON.stringify(JSON.parse(result));
    await steps.end(name, secrets?.maskJson(json) ?? json);
    return undefined;
  };
  return (message) => {
    if (message.kind === 'log')
      host.writeLog(message.level, safeText(message.text, { maxLength: MAX_LOG_TEXT, secrets }));
    else if (message.kind === 'progress') {
      const { done, total, message: text } = message;
      host.reportProgress({
        done,
        ...(total === undefined ? {} : { total }),
        ...(text === undefined ? {} : { message: safeText(text, { maxLength: MAX_PROGRESS_TEXT, secrets }) }),
      });
    } else if (message.kind === 'step') {
      serveStep(message).then(
        (result) => child.send({ kind: 'step', id: message.id, ...(result === undefined ? {} : { result }) }),
        (error: unknown) => {
          if (error instanceof StopError) child.send({ kind: 'step', id: message.id, isLost: true });
          else child.kill();
        },
      );
    } else if (message.kind === 'reading') host.noteReading?.(message.reading);
    else if (message.kind === 'secret') void sendSecret(child, host, message);
    else child.endFor('sent a message that an attempt has no use for');
  };
}

/** Reads a secret for the process, with the rules of a run here; its value is masked from here on. */
async function sendSecret(
  child: PackageProcess,
  host: AttemptHost,
  { id, name }: FromProcess & { kind: 'secret' },
): Promise<void> {
  try {
    const secret = await host.readSecret?.(name);
    if (secret) host.secrets?.add(secret.value);
    child.send({ kind: 'secret', id, ...(secret ? { secret } : {}) });
  } catch (error) {
    const { message, code } = describeError(error, host.secrets);
    const isFatal = error instanceof FatalError;
    child.send({
      kind: 'secret',
      id,
      failure: { message, ...(code === undefined ? {} : { code }), isFatal },
    });
  }
}
