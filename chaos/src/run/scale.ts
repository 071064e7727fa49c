/** What a run takes on two idle cores, roughly, in minutes: starting and coming to rest, and the loads. */
const COST = {
  quick: { fixed: 1.6, loads: 2.2 },
  full: { fixed: 8, loads: 7.7 },
} as const;
const MIN_SCALE = 0.5;

/** By how much every load has to be longer (or shorter), so that a run for all seeds takes `minutes`. */
export function scaleFor(run: 'quick' | 'full', minutes: number | undefined, seeds: number): number {
  if (minutes === undefined) return 1;
  const { fixed, loads } = COST[run];
  return Math.max(MIN_SCALE, Math.round(((minutes / seeds - fixed) / loads) * 100) / 100);
}
