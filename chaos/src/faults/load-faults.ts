import { readdir } from 'node:fs/promises';

import type { RigFault } from './fault.ts';

const NOT_FAULTS = new Set(['fault.ts', 'load-faults.ts', 'load-faults.test.ts']);

/** Loads every fault of this folder by its file's name, in a fixed order, so that a seed draws the same ones. */
export async function loadFaults(): Promise<Map<string, RigFault>> {
  const files = (await readdir(import.meta.dirname)).filter((name) => !NOT_FAULTS.has(name)).sort();
  const faults = await Promise.all(
    files.map(async (name) => {
      const { default: fault } = (await import(new URL(name, import.meta.url).href)) as { default: RigFault };
      return [name.replace(/\.ts$/, ''), fault] as const;
    }),
  );
  return new Map(faults);
}
