import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const echo = defineAction({
  title: 'Echo',
  description: 'Returns its payload unchanged.',
  input: z.looseObject({}),
  output: z.looseObject({}),
  timeoutMs: 10_000,
  annotations: { readOnly: true, idempotent: true },
  run: (input) => input,
});
