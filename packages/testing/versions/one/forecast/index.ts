import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

/** The first version. */
export default definePlugin({
  id: 'forecast',
  version: '1.0.0',
  title: 'Forecast',
  description: 'Tells which version ran; for tests only.',
  actions: {
    report: defineAction({
      title: 'Report',
      description: 'Returns the version of the plugin.',
      input: z.strictObject({ city: z.string() }),
      output: z.object({ version: z.string() }),
      run: () => ({ version: '1.0.0' }),
    }),
  },
});
