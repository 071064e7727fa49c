import type { Log } from './service.ts';

const EVERY_MS = 5_000;

/** Runs a long step and logs every 5 seconds that it is still running. */
export async function withProgress<T>(log: Log, label: string, step: () => Promise<T>): Promise<T> {
  const startedAt = Date.now();
  log(label);
  const timer = setInterval(
    () => log(`${label} … ${Math.round((Date.now() - startedAt) / 1000)} s`),
    EVERY_MS,
  );
  try {
    return await step();
  } finally {
    clearInterval(timer);
  }
}
