import type { Place } from './place.ts';

/** A process that a setup stops from starting. */
export type ProcessKind = 'api' | 'worker';

/** One way to set the product up wrongly. Its file name is its name; a new setup is a new file in `setups`. */
export interface BrokenSetup {
  /** The line that tells the user what is wrong must match. */
  names: RegExp;
  /** 78 for settings and plugins, 1 for what may pass by itself. */
  code: 78 | 1;
  /** Processes that cannot start; default: both. */
  breaks?: readonly ProcessKind[];
  /** Time in which each process must end once its code is loaded (ms), if ten seconds in all are too many. */
  soonMs?: number;
  /** Prepares what is wrong. Returns the settings that differ from a sound installation. */
  arrange(place: Place): Promise<Record<string, string>> | Record<string, string>;
}

/** Declares a setup, as the default export of its file. */
export const defineBrokenSetup = (setup: BrokenSetup): BrokenSetup => setup;
