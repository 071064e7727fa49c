import { constants } from 'node:os';

import { execa } from 'execa';

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
  const subprocess = execa(file, args, { stdio: 'inherit', env, reject: false, forceKillAfterDelay: false });
  const forwarding = new AbortController();
  void forwardSignals((signal) => subprocess.kill(signal), parentPid, forwarding.signal);
  const { exitCode, signal, originalMessage, cause } = await subprocess;
  forwarding.abort();
  if (exitCode !== undefined) return exitCode;
  if (signal !== undefined) return SIGNAL_EXIT_BASE + constants.signals[signal];
  throw new LocalServiceError(`${file} cannot be run: ${originalMessage}`, { cause });
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
