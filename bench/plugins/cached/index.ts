import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const message = z.strictObject({ message: z.string().max(1_000) });

/** An echo whose results are used again. */
export default definePlugin({
  id: 'cached',
  version: '1.0.0',
  title: 'Cached',
  description: 'Returns its message, from the cache if it did before.',
  actions: {
    echo: defineAction({
      title: 'Echo',
      description: 'Returns its message.',
      input: message,
      output: message,
      annotations: { readOnly: true },
      cache: { ttlMs: 600_000, shared: false },
      run: ({ message: text }) => ({ message: text }),
    }),
  },
});
