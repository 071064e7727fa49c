import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const exit = defineAction({
  title: 'Exit',
  description: 'Ends its process, as a native crash would.',
  input: z.strictObject({ token: z.string().max(64) }),
  output: z.object({}),
  annotations: { readOnly: true, idempotent: true },
  run() {
    process.exit(1);
  },
});
