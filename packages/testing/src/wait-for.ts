import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Polls `probe` until its value is neither undefined, null nor false, and resolves to that value.
 * @throws {Error} after `timeoutMs`, naming `what`, with the last error as its cause.
 */
export async function waitFor<T>(
  what: string,
  probe: () => Promise<T> | T,
  timeoutMs = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const value = await probe();
      if (value !== undefined && value !== null && value !== false) {
        return value as Exclude<T, undefined | null | false>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(PAUSE_MS);
  }
  throw new Error(`timed out after ${timeoutMs} ms waiting for: ${what}`, { cause });
}
