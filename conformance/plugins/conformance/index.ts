import { definePlugin } from '@mcp-server/plugin-sdk';

import * as prompts from './prompts.ts';
import * as resources from './resources.ts';
import * as content from './tools/content.ts';
import * as input from './tools/input.ts';
import * as tasks from './tools/tasks.ts';

/** What the conformance suite expects to find, under the names that it asks for. Loaded by the tests only. */
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
