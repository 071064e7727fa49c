/**
 * A process silent for longer than this counts as dead. Workers announce themselves every 2 s and their plugins every
 * 5 s, so two refreshes may be missed.
 */
export const DEAD_AFTER_MS = 15_000;

/** True if a worker or plugin was seen recently. `unseenMs` is measured by the database's clock. */
export const isAlive = ({ unseenMs }: { unseenMs: number }): boolean => unseenMs <= DEAD_AFTER_MS;
