import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const message = z.strictObject({ message: z.string().max(1_000) });
const COUNT = 39;

const echo = (index: number) =>
  defineAction({
    title: `Echo ${index}`,
    description: 'Returns its message.',
    input: message,
    output: message,
    annotations: { readOnly: true, idempotent: true },
    run: ({ message: text }) => ({ message: text }),
  });

const held = defineAction({
  title: 'Echo as an mcpTask',
  description: 'Returns its message, always as an mcpTask.',
  input: message,
  output: message,
  tool: { asTask: 'always' },
  run: ({ message: text }) => ({ message: text }),
});

/** Number of tools, as many as real servers list. */
export default definePlugin({
  id: 'forty',
  version: '1.0.0',
  title: 'Forty',
  description: 'Many tools, for measuring.',
  actions: Object.fromEntries([
    ['held', held],
    ...Array.from({ length: COUNT }, (_, index) => [`echo-${index}`, echo(index)] as const),
  ]),
});
