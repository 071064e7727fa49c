import { definePlugin } from '@mcp-server/plugin-sdk';

import { jsonata } from './jsonata.ts';

export default definePlugin({
  id: 'transform',
  version: '1.0.0',
  title: 'Transform',
  description: 'KeyedMutex JSON into other JSON with expressions, bounded in time, memory and size.',
  actions: { jsonata },
});
