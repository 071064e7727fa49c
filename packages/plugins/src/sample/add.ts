import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const add = defineAction({
  title: 'Add',
  description: 'Adds two numbers.',
  input: z.strictObject({ a: z.number(), b: z.number() }),
  output: z.object({ sum: z.number() }),
  timeoutMs: 10_000,
  annotations: { readOnly: true, idempotent: true },
  run: ({ a, b }) => ({ sum: a + b }),
});
