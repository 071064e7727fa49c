import { setTimeout as delay } from 'node:timers/promises';

/** Strikes again and again, one strike every `everyMs`, until the time is over; at least once. */
export async function strikeEvery(
  everyMs: number,
  seconds: number,
  strike: (turn: number) => Promise<void>,
): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  let turn = 0;
  do {
    const startedAt = performance.now();
    await delay(everyMs);
    await strike(turn);
    turn += 1;
    // A strike that took long is not made up for by a quick one.
    if (performance.now() - startedAt > everyMs * 4) break;
  } while (performance.now() + everyMs < end);
  return turn;
}
