import { defineAction, FatalError } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const fail = defineAction({
  title: 'Fail',
  description: 'Always fails: at once with `fatal`, else after the retries of its policy.',
  input: z.strictObject({
    message: z.string().max(500).default('This action always fails.'),
    fatal: z.boolean().default(false),
  }),
  output: z.object({}),
  timeoutMs: 10_000,
  retry: { attempts: 2, delayMs: 100 },
  annotations: { readOnly: true, idempotent: true },
  run({ message, fatal }) {
    throw fatal ? new FatalError(message) : new Error(message);
  },
});
