import t from 'tap';
import { z } from 'zod';

import { defineAction } from '../action.ts';
import { definePlugin } from '../plugin.ts';
import { runAction } from './run-action.ts';

const about = { title: 'T', description: 'D' };
const steps = defineAction({
  ...about,
  input: z.object({ count: z.int(), bytes: z.int(), together: z.boolean() }),
  output: z.object({ done: z.int() }),
  retry: { attempts: 5 },
  async run({ count, bytes, together }, { once }) {
    const step = (index: number) => once(`step-${index}`, () => 'x'.repeat(bytes));
    const indexes = Array.from({ length: count }, (_, index) => index);
    if (together) await Promise.all(indexes.map(step));
    else for (const index of indexes) await step(index);
    return { done: count };
  },
});
const plugin = definePlugin({ ...about, id: 'demo', version: '1.0.0', actions: { steps } });

t.test('the results of all steps are limited, before the database limits them', async (t) => {
  for (const together of [false, true]) {
    const run = await runAction(plugin, 'steps', { count: 300, bytes: 60_000, together });

    t.match(run, {
      status: 'failed',
      attempts: { length: 1 },
      failure: { code: 'STEPS_TOO_LARGE', message: /limit for the results of all steps .*4194304 bytes/ },
    });
    t.ok(JSON.stringify(run.steps).length < 5_000_000);
  }
});

t.test('a hundred small steps at once, and thousands in all, are within the limit', async (t) => {
  t.match(await runAction(plugin, 'steps', { count: 100, bytes: 20, together: true }), {
    status: 'completed',
  });
  t.match(await runAction(plugin, 'steps', { count: 5_000, bytes: 20, together: false }), {
    status: 'completed',
  });
});
