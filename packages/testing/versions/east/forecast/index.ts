import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

/** The second version in another pool. */
export default definePlugin({
  id: 'forecast',
  version: '2.0.0',
  pool: 'east',
  title: 'Forecast',
  description: 'Tells which version ran; for tests only.',
  actions: {
    report: defineAction({
      title: 'Report',
      description: 'Returns the version of the plugin.',
      input: z.strictObject({ city: z.string(), unit: z.string().optional() }),
      output: z.object({ version: z.string() }),
      run: () => ({ version: '2.0.0' }),
    }),
  },
});
