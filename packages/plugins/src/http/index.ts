import { definePlugin } from '@mcp-server/plugin-sdk';

import { request } from './request.ts';
import { HttpSettings } from './settings.ts';

export default definePlugin({
  id: 'http',
  version: '1.1.0',
  title: 'HTTP',
  description: 'Calls other services over HTTP; private networks are blocked unless an operator allows them.',
  settings: HttpSettings,
  actions: { request },
});
