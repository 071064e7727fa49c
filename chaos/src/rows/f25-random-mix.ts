import { setTimeout as delay } from 'node:timers/promises';

import type { RigFault } from '../faults/fault.ts';
import { loadFaults } from '../faults/load-faults.ts';
import { USUAL_MIX } from '../load/work.ts';
import { pick, type Random } from '../random.ts';
import type { Rig } from '../rig/rig.ts';
import { defineRow } from './row.ts';

const RATE = 50;
const SECONDS = 90;
/** Pause between two faults; some faults last longer, and then two overlap. */
const PAUSE_MS = { min: 500, spread: 4_000 };
/** Most faults at once: with every store away all the time the row would test nothing. */
const AT_ONCE = 2;

async function strikeUntil(rig: Rig, endAt: number, random: Random): Promise<void> {
  const faults = await loadFaults();
  const names = [...faults.keys()];
  while (performance.now() < endAt) {
    await delay(PAUSE_MS.min + random() * PAUSE_MS.spread);
    const name = pick(random, names);
    await strikeAlone(rig, name, faults.get(name), random);
    rig.measured[name] = (rig.measured[name] ?? 0) + 1;
  }
}

/** Two faults of the same kind never overlap on a process or store: the second one waits. */
const striking = new Map<string, Promise<void>>();

async function strikeAlone(
  rig: Rig,
  name: string,
  fault: RigFault | undefined,
  random: Random,
): Promise<void> {
  const group = name.split('-')[0] ?? name;
  while (striking.has(group)) await striking.get(group);
  const strike = (fault?.strike(rig, random) ?? Promise.resolve()).finally(() => striking.delete(group));
  striking.set(group, strike);
  await strike;
}

export default defineRow({
  id: 'F25',
  title: 'a random mix of faults, two at a time',
  isQuick: false,
  quiescenceSeconds: 120,
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    const endAt = performance.now() + seconds * 1_000;
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      ...Array.from({ length: AT_ONCE }, (_, lane) => strikeUntil(rig, endAt, rig.random(`lane ${lane}`))),
    ]);
  },
});
