import { setInterval } from 'node:timers/promises';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Interval of checks for the parent: the kernel does not report its end. */
const PARENT_CHECK_MS = 500;

/** One Ctrl-C may arrive twice, from the terminal and from the parent: the second must not kill a process that stops. */
const ignore = (): void => undefined;

/**
 * Resolves at the next signal to stop, or when the parent process (`parentPid`) has ended; rejects when aborted. From the
 * first call on signals no longer kill this process.
 */
export async function nextStopSignal(parentPid: number, abort?: AbortSignal): Promise<NodeJS.Signals> {
  const watch = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<NodeJS.Signals>();
  const listener = (signal: NodeJS.Signals): void => resolve(signal);
  for (const signal of STOP_SIGNALS) {
    process.off(signal, ignore).on(signal, ignore);
    process.on(signal, listener);
  }
  abort?.addEventListener('abort', () => reject(abort.reason), { once: true });
  void parentHasEnded(parentPid, watch.signal).then(
    () => resolve('SIGTERM'),
    () => undefined,
  );
  try {
    return await promise;
  } finally {
    watch.abort();
    for (const signal of STOP_SIGNALS) process.off(signal, listener);
  }
}

async function parentHasEnded(parentPid: number, signal: AbortSignal): Promise<void> {
  for await (const _tick of setInterval(PARENT_CHECK_MS, undefined, { signal })) {
    if (process.ppid !== parentPid) return;
  }
}
