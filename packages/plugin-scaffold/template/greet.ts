import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const greet = defineAction({
  title: 'Greet',
  description: 'Greets a person by name.',
  input: z.strictObject({ name: z.string().min(1) }),
  output: z.strictObject({ text: z.string() }),
  annotations: { readOnly: true, idempotent: true },
  run: ({ name }) => ({ text: `Hello, ${name}!` }),
});
