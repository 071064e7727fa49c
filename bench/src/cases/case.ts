import type { Stage } from '../rig/stage.ts';
import type { CpuTimes, Party } from '../rig/usage.ts';

/** Numbers by name; the name ends with the unit. */
export type Figures = Record<string, number>;

/** Amount of work in one round. */
export interface Size {
  /** Factor for every count. */
  scale: number;
}

/** One measurement, of the product or of a raw part. It is opened once and then runs once a round. */
export interface Case {
  name: string;
  title: string;
  open(stage: Stage, size: Size): Promise<() => Promise<Figures>>;
}

/** CPU milliseconds of each party for one unit of work. */
export function perUnit(cpu: CpuTimes, count: number, parties: readonly Party[]): Figures {
  return Object.fromEntries(parties.map((party) => [`${party} CPU ms`, cpu[party] / count]));
}
