import { setTimeout as delay } from 'node:timers/promises';

import type { Mix } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';
import { defineRow } from './row.ts';

const RATE = 100;
const SECONDS = 30;
const MIX: Mix = { quick: 66, slow: 14, cpu: 2, sink: 6, 'sink-once': 6, flaky: 6 };
/** Two thirds of this are less than a slow run: some have to be handed back. */
const WORKER_GRACE_MS = 2_400;
/** The next process goes when this one has warmed up, as rolling updates wait (`minReadySeconds`). */
const SETTLE_MS = 1_000;

async function restart(rig: Rig, slot: Slot): Promise<void> {
  const code = await slot.stop();
  if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${slot.name} ended with ${code}` });
  await slot.start();
  await slot.ready();
  await delay(SETTLE_MS);
}

export default defineRow({
  id: 'F19',
  title: 'rolling restart of both APIs and all workers under 100 requests/s',
  workerEnv: { WORKER_GRACE_MS: String(WORKER_GRACE_MS) },
  quiescenceSeconds: 45,
  async run(rig) {
    const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: MIX });
    await delay(1_000);
    for (const slot of [...rig.apis, ...rig.workers]) await restart(rig, slot);
    rig.measured['restarts'] = rig.apis.length + rig.workers.length;
    await load;
  },
  check({ documents, troubles }, { measured }) {
    measured['refused'] = troubles.filter(({ kind }) => kind === 'refused').length;
    measured['resets'] = troubles.filter(({ kind }) => kind === 'reset').length;
    // A caller may be refused a connection, or find a kept one closed at the moment it sends (RFC 9112, 9.3.1): it
    // repeats with its key. Any other answer is a failed request.
    const failed = troubles.filter(({ kind }) => kind !== 'refused' && kind !== 'reset');
    const crashed = documents.filter(({ crashes }) => crashes > 0);
    const handBacks = documents.reduce((sum, document) => sum + document.handBacks, 0);
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
      ...(handBacks > 0 ? [] : [{ rule: 'no-hand-back', detail: 'nothing was handed back' }]),
    ];
  },
});
