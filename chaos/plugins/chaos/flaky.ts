import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const flaky = defineAction({
  title: 'Flaky',
  description: 'Fails its first `failures` attempts, then succeeds.',
  input: z.strictObject({ token: z.string().max(64), failures: z.int().min(0).max(10).default(1) }),
  output: z.object({ token: z.string(), attempt: z.int() }),
  timeoutMs: 10_000,
  retry: { attempts: 12, delayMs: 200, maxDelayMs: 1_000 },
  annotations: { readOnly: true, idempotent: true },
  run({ token, failures }, { attempt }) {
    if (attempt <= failures) throw new Error(`Attempt ${attempt} of ${failures} that fail.`);
    return { token, attempt };
  },
});
