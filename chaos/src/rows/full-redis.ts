import { setTimeout as delay } from 'node:timers/promises';

import { waitFor } from '@mcp-server/testing';

import type { RunRecord, Violation } from '../checker/run-record.ts';
import { callApi } from '../load/api-client.ts';
import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';

const RATE = 40;
const SECONDS = 26;
const BEFORE_MS = 4_000;
const FULL_MS = 8_000;
const WATCH_MS = 30_000;

interface FullRedis {
  /** Lets every write fail with an error that begins with `refusal`. */
  fill: (rig: Rig) => Promise<void>;
  free: (rig: Rig) => Promise<void>;
  refusal: string;
}

/**
 * Load while Redis refuses writes: work is still accepted, readiness reports it, and all recovers once there is space.
 */
export async function runWithFullRedis(rig: Rig, { fill, free, refusal }: FullRedis): Promise<void> {
  const load = rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX });
  await delay(BEFORE_MS);
  await fill(rig);
  const filledAt = performance.now();
  await waitFor(`Redis to say ${refusal}`, () => isRefused(rig, refusal), WATCH_MS);
  const acceptedBefore = rig.load.accepted;
  await readinessIs(rig, 'degraded');
  rig.measured['ms until readiness said so'] = Math.round(performance.now() - filledAt);
  await delay(FULL_MS);
  rig.measured['accepted while full'] = rig.load.accepted - acceptedBefore;
  const freedAt = performance.now();
  await free(rig);
  await readinessIs(rig, 'ready');
  await Promise.all(rig.workers.map((worker) => worker.ready()));
  rig.measured['ms until ready again'] = Math.round(performance.now() - freedAt);
  await load;
}

/** The common rules check that accepted work is in the database; this row checks that work was accepted at all. */
export function checkFullRedis(_record: RunRecord, { measured }: Rig): Violation[] {
  const accepted = measured['accepted while full'] ?? 0;
  return accepted > 0 ? [] : [{ rule: 'not-accepted', detail: 'no work was accepted while Redis was full' }];
}

const isRefused = (rig: Rig, refusal: string): Promise<boolean> =>
  rig.redis.set(`${rig.prefix}:probe`, '1', 'PX', 1_000).then(
    () => false,
    (error: Error) => error.message.startsWith(refusal),
  );

const readinessIs = (rig: Rig, wanted: string): Promise<unknown> =>
  waitFor(
    `both APIs to say ${wanted}`,
    async () => {
      const answers = await Promise.all(
        rig.apis.map(({ url }) => callApi(url, { method: 'GET', path: '/health/ready' })),
      );
      return answers.every((answer) => answer.kind === 'answered' && answer.body['status'] === wanted);
    },
    WATCH_MS,
  );
