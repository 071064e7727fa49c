import { setTimeout as delay } from 'node:timers/promises';

import type { Random } from '../random.ts';

/**
 * Strikes every `everyMs`, the first time after that pause, until the time is over; at least once. With `jitter`, each
 * strike is delayed by up to half a pause, at random. A strike that takes longer delays the next one. Resolves to the
 * number of strikes.
 */
export async function strikeEvery(
  everyMs: number,
  seconds: number,
  strike: () => Promise<void>,
  jitter: Random = () => 0,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let next = performance.now() + everyMs;
  let strikes = 0;
  do {
    await delay(Math.max(0, next + (jitter() * everyMs) / 2 - performance.now()));
    next += everyMs;
    await strike();
    strikes += 1;
  } while (next < end);
  return strikes;
}
