import type { Random } from '../random.ts';
import type { Rig } from '../rig/rig.ts';

/** One fault that starts and ends during a load. The file's name is its name. */
export interface RigFault {
  strike: (rig: Rig, random: Random) => Promise<void>;
}

/** Declares a fault: the default export of its file. */
export const defineFault = (fault: RigFault): RigFault => fault;
