const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Formats a duration in the largest unit of which there are at least two. */
export function formatDuration(ms: number): string {
  const count = (unit: number) => Math.round(ms / unit);
  if (ms >= 2 * DAY_MS) return `${count(DAY_MS)} days`;
  if (ms >= 2 * HOUR_MS) return `${count(HOUR_MS)} hours`;
  if (ms >= 2 * MINUTE_MS) return `${count(MINUTE_MS)} minutes`;
  if (ms >= 2 * SECOND_MS) return `${count(SECOND_MS)} seconds`;
  return `${Math.max(0, Math.round(ms))} ms`;
}
