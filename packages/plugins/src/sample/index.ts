import { definePlugin } from '@mcp-server/plugin-sdk';

import { add } from './add.ts';
import { ask } from './ask.ts';
import { echo } from './echo.ts';
import { fail } from './fail.ts';
import { flaky } from './flaky.ts';
import { sleep } from './sleep.ts';

export default definePlugin({
  id: 'sample',
  version: '1.0.0',
  title: 'Samples',
  description: 'Small actions to try the system with: see it retry, time out, stop and ask.',
  actions: { add, ask, echo, fail, flaky, sleep },
});
