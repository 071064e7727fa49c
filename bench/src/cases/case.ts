import type { Stage } from '../rig/stage.ts';
import type { CpuTimes, Party } from '../rig/usage.ts';

/** Named numbers; the unit ends the name. */
export type Figures = Record<string, number>;

/** How much is done in one round. */
export interface Size {
  /** Multiplies every count. */
  scale: number;
}

/** One thing that is measured, ours or raw. It is opened once and then runs once a round. */
export interface Case {
  name: string;
  title: string;
  open(stage: Stage, size: Size): Promise<() => Promise<Figures>>;
}

/** CPU milliseconds of each for one unit of work. */
export function perUnit(cpu: CpuTimes, count: number, parties: readonly Party[]): Figures {
  return Object.fromEntries(parties.map((party) => [`${party} CPU ms`, cpu[party] / count]));
}
