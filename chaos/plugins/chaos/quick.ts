import { setTimeout as delay } from 'node:timers/promises';

import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const quick = defineAction({
  title: 'Quick',
  description: 'Waits 10 ms and returns its token.',
  input: z.strictObject({ token: z.string().max(64) }),
  output: z.object({ token: z.string() }),
  timeoutMs: 30_000,
  annotations: { readOnly: true, idempotent: true },
  async run({ token }, { signal }) {
    await delay(10, undefined, { signal });
    return { token };
  },
});
