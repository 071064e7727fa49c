import { fileURLToPath } from 'node:url';

const PRELOAD = fileURLToPath(new URL('shift-clock.ts', import.meta.url));

/** Environment of a process whose clock is `ms` ahead (negative: behind) until `CORRECTS_CLOCK` is sent to it. */
export const shiftedClock = (ms: number): { NODE_OPTIONS: string; CLOCK_SHIFT_MS: string } => ({
  NODE_OPTIONS: `--import=${PRELOAD}`,
  CLOCK_SHIFT_MS: String(ms),
});

/** A signal that does nothing to a process without a shifted clock. */
export const CORRECTS_CLOCK: NodeJS.Signals = 'SIGWINCH';
