import { setTimeout as delay } from 'node:timers/promises';

import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const input = z.strictObject({ token: z.string().max(64), ms: z.int().min(1).max(60_000).default(2_000) });
const output = z.object({ token: z.string() });

export const slow = defineAction({
  title: 'Slow',
  description: 'Waits `ms` milliseconds and stops when its signal fires.',
  input,
  output,
  annotations: { readOnly: true, idempotent: true },
  async run({ token, ms }, { signal }) {
    await delay(ms, undefined, { signal });
    return { token };
  },
});

/** The same, but a process that dies while running it leaves its outcome unknown. */
export const slowUnsafe = defineAction({
  title: 'Slow and unsafe to repeat',
  description: 'Like slow; it is not started again after a crash.',
  input,
  output,
  annotations: { destructive: true, idempotent: false },
  async run({ token, ms }, { signal }) {
    await delay(ms, undefined, { signal });
    return { token };
  },
});
