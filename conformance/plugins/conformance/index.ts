import { definePlugin } from '@mcp-server/plugin-sdk';

import * as prompts from './prompts.ts';
import * as resources from './resources.ts';
import * as content from './tools/content.ts';
import * as input from './tools/input.ts';
import * as tasks from './tools/tasks.ts';

/** Fixtures that the conformance suite expects, under the names it uses. Only the tests load them. */
export default definePlugin({
  id: 'conformance',
  version: '1.0.0',
  title: 'Conformance',
  description: 'The fixtures of the Model Context Protocol conformance suite.',
  actions: {
    ...content.actions,
    ...input.actions,
    ...tasks.actions,
  },
  resources: resources.resources,
  prompts: prompts.prompts,
});
