import { definePlugin } from '@mcp-server/plugin-sdk';

import { book } from './book.ts';
import { plan } from './plan.ts';
import { station } from './station.ts';

export default definePlugin({
  id: 'trips',
  version: '1.0.0',
  title: 'Trips',
  description: 'Books trips between three cities.',
  actions: { book },
  resources: { station },
  prompts: { plan },
});
