import { setTimeout as delay } from 'node:timers/promises';

import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const MAX_SLEEP_MS = 3_600_000;
const STEP_MS = 500;

export const sleep = defineAction({
  title: 'Sleep',
  description: 'Waits for `ms` milliseconds; stops at once when it is cancelled.',
  input: z.strictObject({ ms: z.int().min(0).max(MAX_SLEEP_MS) }),
  output: z.object({ sleptMs: z.int() }),
  timeoutMs: MAX_SLEEP_MS + 60_000,
  annotations: { readOnly: true, idempotent: true },
  async run({ ms }, { signal, progress }) {
    const endsAt = performance.now() + ms;
    for (let left = ms; left > 0; left = endsAt - performance.now()) {
      progress(Math.round(ms - left), ms);
      await delay(Math.min(left, STEP_MS), undefined, { signal });
    }
    return { sleptMs: ms };
  },
});
