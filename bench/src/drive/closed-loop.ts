/**
 * Runs `work` for 0 to `count - 1`, `inFlight` at a time; resolves to the milliseconds of each, in order of completion.
 */
export async function runClosedLoop(
  { count, inFlight }: { count: number; inFlight: number },
  work: (index: number) => Promise<void>,
): Promise<number[]> {
  const tookMs: number[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      const startedAt = performance.now();
      await work(next++);
      tookMs.push(performance.now() - startedAt);
    }
  };
  await Promise.all(Array.from({ length: Math.min(count, inFlight) }, lane));
  return tookMs;
}

/** Value below which this share (0 to 1) of the values lies. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
