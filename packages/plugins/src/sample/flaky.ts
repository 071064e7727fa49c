import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const flaky = defineAction({
  title: 'Flaky',
  description: 'Fails its first `failures` attempts, then succeeds.',
  input: z.strictObject({ failures: z.int().min(0).max(100).default(1) }),
  output: z.object({ attempt: z.int() }),
  timeoutMs: 10_000,
  retry: { attempts: 5, delayMs: 200, maxDelayMs: 2_000 },
  annotations: { readOnly: true, idempotent: true },
  run({ failures }, { attempt }) {
    if (attempt <= failures) throw new Error(`Attempt ${attempt} of ${failures} that fail.`);
    return { attempt };
  },
});
