import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const cpu = defineAction({
  title: 'Processor',
  description: 'Computes for about `ms` milliseconds without a pause.',
  input: z.strictObject({ token: z.string().max(64), ms: z.int().min(1).max(1_000).default(50) }),
  output: z.object({ token: z.string(), rounds: z.int() }),
  annotations: { readOnly: true, idempotent: true },
  run({ token, ms }) {
    const until = performance.now() + ms;
    let rounds = 0;
    for (let value = 1; performance.now() < until; rounds += 1) value = Math.sqrt(value + rounds);
    return { token, rounds };
  },
});

export const block = defineAction({
  title: 'Block',
  description: 'Blocks the event loop of its process for `ms` milliseconds.',
  input: z.strictObject({ token: z.string().max(64), ms: z.int().min(1).max(30_000) }),
  output: z.object({ token: z.string() }),
  annotations: { readOnly: true, idempotent: true },
  run({ token, ms }) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    return { token };
  },
});
