import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export default definePlugin({
  id: 'plain-js',
  version: '1.0.0',
  title: 'Plain JavaScript',
  description: 'A plugin without TypeScript.',
  actions: {
    shout: defineAction({
      title: 'Shout',
      description: 'Turns a text into capital letters.',
      input: z.object({ text: z.string() }),
      output: z.object({ text: z.string() }),
      run: ({ text }) => ({ text: text.toUpperCase() }),
    }),
  },
});
