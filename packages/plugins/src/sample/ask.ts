import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const ask = defineAction({
  title: 'Ask',
  description: 'Asks for a name and greets it; holds no worker while it waits for the answer.',
  input: z.strictObject({ question: z.string().min(1).max(500).default('What is your name?') }),
  output: z.object({ greeting: z.string() }),
  timeoutMs: 10_000,
  annotations: { readOnly: true, idempotent: true },
  async run({ question }, { requestInput }) {
    const Answer = z.strictObject({
      name: z.string().min(1).max(100).describe('How you want to be greeted'),
    });
    const { name } = await requestInput(Answer, question, { key: 'name' });
    return { greeting: `Hello, ${name}!` };
  },
  toContent: ({ greeting }) => [{ type: 'text', text: greeting }],
});
