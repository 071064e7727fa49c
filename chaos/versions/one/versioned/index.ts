import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

/** Version 1.0.0 of a plugin whose second version has one more optional field. */
export default definePlugin({
  id: 'versioned',
  version: '1.0.0',
  title: 'Versioned',
  description: 'Returns its token and its version.',
  actions: {
    run: defineAction({
      title: 'Run',
      description: 'Returns the token.',
      input: z.strictObject({ token: z.string() }),
      output: z.object({ token: z.string(), version: z.string() }),
      run: ({ token }) => ({ token, version: '1.0.0' }),
    }),
  },
});
