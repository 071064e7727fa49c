import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { waitFor } from '@mcp-server/testing';

import type { Violation } from '../checker/run-record.ts';
import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';
import { SmallDisk } from '../rig/small-disk.ts';
import { defineRow } from './row.ts';

const DISK_MIB = 8;
const RATE = 40;
const SECONDS = 16;
const BEFORE_MS = 2_000;
const FULL_MS = 6_000;
const WARNING = 'log files cannot be written';
const RECOVERY = 'log files are written again';

let disk: SmallDisk | undefined;
/** Filled before the processes start, when the place of the disk is known. */
const logEnv: Record<string, string> = {};

const countLines = (rig: Rig, slot: Slot, text: string): number =>
  rig.logs.filter(({ process, line }) => process === slot.name && line.includes(text)).length;

async function stopAndStart(rig: Rig, slot: Slot | undefined): Promise<void> {
  if (!slot) return;
  const code = await slot.stop();
  if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${slot.name} ended with ${code}` });
  await slot.start();
  await slot.ready();
}

/** Every process warned once, except those that were started a second time on the full disk: they warned twice. */
function checkWarnings(rig: Rig, restarted: readonly (Slot | undefined)[]): Violation[] {
  return [...rig.apis, ...rig.workers].flatMap((slot) => {
    const wanted = restarted.includes(slot) ? 2 : 1;
    const count = countLines(rig, slot, WARNING);
    return count === wanted ? [] : [{ rule: 'log-warnings', detail: `${slot.name} warned ${count} times` }];
  });
}

export default defineRow({
  id: 'F26',
  title: 'the disk of the log files is full for 6 s, in which processes are restarted, then freed',
  isQuick: false,
  apiEnv: logEnv,
  workerEnv: logEnv,
  async openStores(stores, dir) {
    mkdirSync(dir, { recursive: true });
    const mounted = await SmallDisk.mount(join(dir, 'logs'), DISK_MIB);
    disk = mounted;
    logEnv['LOG_DIR'] = mounted.path;
    return {
      ...stores,
      close: () => mounted.close(),
    };
  },
  async run(rig) {
    const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX });
    await delay(BEFORE_MS);
    await disk?.fill();
    const slots = [...rig.apis, ...rig.workers];
    await waitFor('every process to warn', () => slots.every((slot) => countLines(rig, slot, WARNING) > 0));
    const acceptedBefore = rig.load.accepted;
    const restarted = [rig.apis[1], rig.workers[2]];
    for (const slot of restarted) await stopAndStart(rig, slot);
    await delay(FULL_MS);
    rig.measured['accepted while full'] = rig.load.accepted - acceptedBefore;
    if (rig.load.accepted === acceptedBefore)
      rig.found.push({ rule: 'not-accepted', detail: 'no work was accepted while the disk was full' });
    rig.found.push(...checkWarnings(rig, restarted));
    const freedAt = performance.now();
    await disk?.free();
    await waitFor('every process to write files again', () =>
      slots.every((slot) => countLines(rig, slot, RECOVERY) > 0),
    );
    rig.measured['ms until files were written again'] = Math.round(performance.now() - freedAt);
    rig.measured['log files'] = (await readdir(logEnv['LOG_DIR'] ?? '')).length;
    await load;
  },
});
