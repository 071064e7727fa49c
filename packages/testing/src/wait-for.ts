import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Asks until the answer is neither undefined, null nor false, and resolves to it.
 * @throws {Error} after `timeoutMs`, naming `what`, with the last error as its cause.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T> | T,
  timeoutMs = 20_000,
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let cause: unknown;
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined && answer !== null && answer !== false) {
        return answer as Exclude<T, undefined | null | false>;
      }
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    await delay(PAUSE_MS);
  }
  throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`, { cause });
}
