import { setTimeout as delay } from 'node:timers/promises';

/**
 * Strikes every `everyMs`, the first time after that pause, until the time is over; at least once. A strike that takes
 * longer delays the next one. Resolves to the number of strikes.
 */
export async function strikeEvery(
  everyMs: number,
  seconds: number,
  strike: () => Promise<void>,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let next = performance.now() + everyMs;
  let strikes = 0;
  do {
    await delay(Math.max(0, next - performance.now()));
    next += everyMs;
    await strike();
    strikes += 1;
  } while (next < end);
  return strikes;
}
