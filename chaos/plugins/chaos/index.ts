import { definePlugin } from '@mcp-server/plugin-sdk';

import { abort } from './abort.ts';
import { callSink } from './call-sink.ts';
import { block, cpu } from './cpu.ts';
import { exit } from './exit.ts';
import { flaky } from './flaky.ts';
import { quick } from './quick.ts';
import { slow, slowUnsafe } from './slow.ts';
import { talk } from './talk.ts';

export default definePlugin({
  id: 'chaos',
  version: '1.0.0',
  title: 'Chaos',
  description: 'Every kind of work that the chaos rig puts under faults.',
  actions: {
    quick,
    slow,
    'slow-unsafe': slowUnsafe,
    cpu,
    'call-sink': callSink,
    flaky,
    exit,
    abort,
    block,
    talk,
  },
});
