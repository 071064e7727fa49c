import { setTimeout as delay } from 'node:timers/promises';

/** What `promise` resolves to, or undefined when that takes longer than `timeoutMs`. */
export async function before<T>(timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  const timeout = new AbortController();
  const late = delay(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined);
  const first = await Promise.race([promise, late]);
  timeout.abort();
  return first;
}
