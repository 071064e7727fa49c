import { setTimeout as delay } from 'node:timers/promises';

import { waitFor } from '@mcp-server/testing';

import type { RunRecord, Violation } from '../checker/run-record.ts';
import { buildWork, type Mix } from '../load/work.ts';
import { findHeldRuns } from '../rig/held-runs.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';

const RATE = 100;
const SECONDS = 30;
const MIX: Mix = { quick: 66, slow: 14, cpu: 2, sink: 6, 'sink-once': 6, flaky: 6 };
/** Pause before the next process restarts, like `minReadySeconds` of a rolling update. */
const SETTLE_MS = 1_000;
const HELD_WITHIN_MS = 60_000;

async function restart(rig: Rig, slot: Slot): Promise<void> {
  const code = await slot.stop();
  if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${slot.name} ended with ${code}` });
  await slot.start();
  await slot.ready();
  await delay(SETTLE_MS);
}

/** Submits runs of `longMs` until the worker has just begun some of them; resolves to their ids. */
function giveLongRuns(rig: Rig, worker: Slot, longMs: number): Promise<string[]> {
  const random = rig.random(`long runs for ${worker.workerName}`);
  const submitted = new Set<string | undefined>();
  return waitFor(
    `${worker.name} to begin a long run`,
    async () => {
      const work = buildWork('slow', random, { sinkUrl: rig.sinkUrl, slowMs: longMs });
      const lines = await Promise.all(rig.workers.map(() => rig.load.submit(work)));
      for (const { id } of lines) submitted.add(id);
      const held = (await findHeldRuns(rig, worker, work.action)).filter((id) => submitted.has(id));
      return held.length > 0 && held;
    },
    HELD_WITHIN_MS,
  );
}

/** The long runs that each worker held at its stop, by the worker's name. */
export type HeldAtStop = Map<string, string[]>;

/** Restarts every API and worker, one after the other, under load. With `longMs`, each worker first begins runs of that length. */
export async function restartAll(rig: Rig, longMs?: number): Promise<HeldAtStop> {
  const held: HeldAtStop = new Map();
  const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: MIX });
  await delay(1_000);
  for (const api of rig.apis) await restart(rig, api);
  for (const worker of rig.workers) {
    if (longMs !== undefined) held.set(worker.workerName, await giveLongRuns(rig, worker, longMs));
    await restart(rig, worker);
  }
  rig.measured['restarts'] = rig.apis.length + rig.workers.length;
  await load;
  return held;
}

/** No request failed and no crash was counted. */
export function checkRestarts({ documents, troubles }: RunRecord, { measured }: Rig): Violation[] {
  measured['refused'] = troubles.filter(({ kind }) => kind === 'refused').length;
  measured['resets'] = troubles.filter(({ kind }) => kind === 'reset').length;
  // A connection may be refused, or a kept one closed at the moment of sending (RFC 9112, 9.3.1): the caller repeats
  // with its key. Any other answer is a failed request.
  const failed = troubles.filter(({ kind }) => kind !== 'refused' && kind !== 'reset');
  const crashed = documents.filter(({ crashes }) => crashes > 0);
  return [
    ...failed.map(({ key, kind, status, detail }) => ({
      rule: 'failed-request',
      id: key,
      detail: `${kind} ${status} ${detail}`,
    })),
    ...crashed.map(({ _id: id, attempts }) => ({
      rule: 'crash-counted',
      id,
      detail: JSON.stringify(attempts),
    })),
  ];
}

export const countHandBacks = ({ documents }: RunRecord): number =>
  documents.reduce((sum, { handBacks }) => sum + handBacks, 0);
