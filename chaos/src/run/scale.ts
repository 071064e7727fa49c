/** Approximate minutes of a run on two idle cores: start and quiescence, and the loads. */
const COST = {
  quick: { fixed: 1.6, loads: 2.2 },
  full: { fixed: 8, loads: 7.7 },
} as const;
const MIN_SCALE = 0.5;

/** Factor for every load, so that a run with all seeds takes `minutes`. */
export function scaleFor(run: 'quick' | 'full', minutes: number | undefined, seeds: number): number {
  if (minutes === undefined) return 1;
  const { fixed, loads } = COST[run];
  return Math.max(MIN_SCALE, Math.round(((minutes / seeds - fixed) / loads) * 100) / 100);
}
