import { setTimeout as delay } from 'node:timers/promises';

import { defineAction, elicit, FatalError } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const output = z.strictObject({ text: z.string() });
/** The suite reads the first block, and people only need the text. */
const toContent = ({ text }: z.output<typeof output>) => [{ type: 'text' as const, text }];
const Confirmation = z.object({ confirm: z.boolean() });
const Name = z.object({ name: z.string() });
const FAILS_AFTER_MS = 1_000;

export const actions = {
  greet: defineAction({
    publicName: 'greet',
    title: 'Greet',
    description: 'Greets, at once.',
    input: z.strictObject({ name: z.string() }),
    output,
    toContent,
    tool: { asTask: 'never' },
    run: ({ name }) => ({ text: `Hello, ${name}!` }),
  }),
  'slow-compute': defineAction({
    publicName: 'slow_compute',
    title: 'Compute slowly',
    description: 'Takes some seconds, and can be cancelled.',
    input: z.strictObject({ seconds: z.number().min(0).max(600), label: z.string().optional() }),
    output,
    toContent,
    timeoutMs: 600_000,
    tool: { asTask: 'always' },
    async run({ seconds, label }, { signal }) {
      await delay(seconds * 1_000, undefined, { signal });
      return { text: `${label ?? 'computed'} after ${seconds} s` };
    },
  }),
  'failing-job': defineAction({
    publicName: 'failing_job',
    title: 'Fail',
    description: 'Runs, and then fails.',
    input: z.object({}),
    output,
    tool: { asTask: 'required' },
    retry: { attempts: 1 },
    async run(_input, { signal }) {
      await delay(FAILS_AFTER_MS, undefined, { signal });
      throw new FatalError('The job failed, as it always does.');
    },
  }),
  'protocol-error-job': defineAction({
    publicName: 'protocol_error_job',
    title: 'Break',
    description: 'Fails with a protocol error instead of a tool error.',
    input: z.object({}),
    output,
    tool: { asTask: 'always' },
    retry: { attempts: 1 },
    run() {
      throw new FatalError('The server could not carry it out.', { code: 'PROTOCOL_ERROR' });
    },
  }),
  'confirm-delete': defineAction({
    publicName: 'confirm_delete',
    title: 'Confirm a deletion',
    description: 'Asks once, then does it.',
    input: z.object({ filename: z.string().optional() }),
    output,
    toContent,
    tool: { asTask: 'always' },
    async run({ filename = 'it' }, { requestInput }) {
      const { confirm } = await requestInput(Confirmation, `Delete ${filename}?`, { key: 'confirm' });
      return { text: confirm ? `Deleted ${filename}` : `Kept ${filename}` };
    },
  }),
  'multi-input': defineAction({
    publicName: 'multi_input',
    title: 'Ask two things',
    description: 'Asks two things at once.',
    input: z.object({}),
    output,
    toContent,
    tool: { asTask: 'always' },
    async run(_input, { requestInputs }) {
      const { name, confirm } = await requestInputs({
        name: elicit(Name, 'What is your name?'),
        confirm: elicit(Confirmation, 'Go on?'),
      });
      return { text: `${name.name}: ${confirm.confirm}` };
    },
  }),
  'tool-with-task': defineAction({
    publicName: 'test_tool_with_task',
    title: 'Ask, then work',
    description: 'Asks for a name on the call, and then continues as an mcpTask.',
    input: z.object({}),
    output,
    toContent,
    tool: { asTask: 'required', inputFirst: true },
    async run(_input, { requestInput }) {
      const { name } = await requestInput(Name, 'What is your name?', { key: 'user_name' });
      return { text: `Hello, ${name}!` };
    },
  }),
};
