import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const abort = defineAction({
  title: 'Abort',
  description: 'Ends its process by SIGABRT, without any of its exit handlers.',
  input: z.strictObject({ token: z.string().max(64) }),
  output: z.object({}),
  annotations: { readOnly: true, idempotent: true },
  run() {
    process.abort();
  },
});
