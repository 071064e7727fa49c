import { setInterval } from 'node:timers/promises';

const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How often the parent is looked at: the kernel tells nobody that it is gone. */
const PARENT_CHECK_MS = 500;

/** Resolves at the next signal to stop, or when the process that started this one (`parentPid`) is gone; rejects when aborted. */
export async function nextStopSignal(parentPid: number, abort?: AbortSignal): Promise<NodeJS.Signals> {
  const watch = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<NodeJS.Signals>();
  const listener = (signal: NodeJS.Signals): void => resolve(signal);
  for (const signal of STOP_SIGNALS) process.on(signal, listener);
  abort?.addEventListener('abort', () => reject(abort.reason), { once: true });
  void parentIsGone(parentPid, watch.signal).then(
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

async function parentIsGone(parentPid: number, signal: AbortSignal): Promise<void> {
  for await (const _tick of setInterval(PARENT_CHECK_MS, undefined, { signal })) {
    if (process.ppid !== parentPid) return;
  }
}
