import { setTimeout as delay } from 'node:timers/promises';

import type { RunRecord, Violation } from '../checker/run-record.ts';
import type { Mix } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';

const RATE = 100;
const SECONDS = 30;
const MIX: Mix = { quick: 66, slow: 14, cpu: 2, sink: 6, 'sink-once': 6, flaky: 6 };
/** Pause before the next process restarts, like `minReadySeconds` of a rolling update. */
const SETTLE_MS = 1_000;

async function restart(rig: Rig, slot: Slot): Promise<void> {
  const code = await slot.stop();
  if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${slot.name} ended with ${code}` });
  await slot.start();
  await slot.ready();
  await delay(SETTLE_MS);
}

/** Restarts every API and worker, one after the other, under load. */
export async function restartAll(rig: Rig): Promise<void> {
  const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: MIX });
  await delay(1_000);
  for (const slot of [...rig.apis, ...rig.workers]) await restart(rig, slot);
  rig.measured['restarts'] = rig.apis.length + rig.workers.length;
  await load;
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
