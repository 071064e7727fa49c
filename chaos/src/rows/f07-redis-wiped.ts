import { setTimeout as delay } from 'node:timers/promises';

import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { defineRow } from './row.ts';

const RATE = 70;
const SECONDS = 18;
const BACKLOG = { quick: 40, slow: 50, flaky: 10 };
const BACKLOG_RATE = 150;
const BACKLOG_SECONDS = 3;
const WIPE_AFTER_MS = 2_000;
const EMPTY_RESTART_AFTER_MS = 7_000;

async function wipe(rig: Rig): Promise<void> {
  await delay(WIPE_AFTER_MS);
  await rig.redis.flushall();
  await delay(EMPTY_RESTART_AFTER_MS);
  await rig.stores.restartRedisEmpty();
}

export default defineRow({
  id: 'F7',
  title: 'Redis wiped: FLUSHALL, then a restart without its files',
  quiescenceSeconds: 45,
  async run(rig) {
    const seconds = rig.seconds(SECONDS);
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX }),
      rig.load.arrive({ rate: BACKLOG_RATE, seconds: BACKLOG_SECONDS, mix: BACKLOG }),
      wipe(rig),
    ]);
  },
  check({ documents }) {
    // Locks of running jobs are lost too, but no process died: no run may be started again.
    const again = documents.filter(({ crashes }) => crashes > 0);
    return again.map(({ _id: id, attempts }) => ({
      rule: 'started-again',
      id,
      detail: JSON.stringify(attempts),
    }));
  },
});
