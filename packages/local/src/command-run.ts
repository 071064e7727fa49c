import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';

import { LocalServiceError } from './service-error.ts';
import { nextStopSignal } from './stop-signal.ts';

/** A shell's convention for a command that died by a signal. */
const SIGNAL_EXIT_BASE = 128;

/** Runs the command to its end, forwarding signals to it, and returns its exit code. */
export async function runCommandWithServices(
  command: readonly string[],
  env: NodeJS.ProcessEnv,
  parentPid: number,
): Promise<number> {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const forwarding = new AbortController();
  void forwardSignals((signal) => child.kill(signal), parentPid, forwarding.signal);
  try {
    const [code, signal] = await ended;
    return code ?? SIGNAL_EXIT_BASE + constants.signals[signal ?? 'SIGKILL'];
  } catch (error) {
    throw new LocalServiceError(`${file} cannot be run: ${String(error)}`, { cause: error });
  } finally {
    forwarding.abort();
  }
}

async function forwardSignals(
  forward: (signal: NodeJS.Signals) => void,
  parentPid: number,
  stop: AbortSignal,
): Promise<void> {
  try {
    for (;;) forward(await nextStopSignal(parentPid, stop));
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
