import { definePlugin } from '@mcp-server/plugin-sdk';

import { send } from './send.ts';
import { Settings } from './settings.ts';

export default definePlugin({
  id: 'newsletter',
  version: '1.0.0',
  title: 'Newsletter',
  description: 'Sends newsletters through a mail server.',
  settings: Settings,
  actions: { send },
});
