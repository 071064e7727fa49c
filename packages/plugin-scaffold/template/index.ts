import { definePlugin } from '@mcp-server/plugin-sdk';

import { greet } from './greet.ts';

export default definePlugin({
  id: 'plugin-id',
  version: '0.1.0',
  title: 'plugin-id',
  description: 'Greets people.',
  actions: { greet },
});
