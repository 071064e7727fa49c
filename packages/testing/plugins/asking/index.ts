import { appendFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';

import { defineAction, definePlugin, elicit, listRoots, sampleModel } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const Name = z.strictObject({ name: z.string().min(1) });
const Color = z.strictObject({ color: z.enum(['red', 'blue']) });
const text = z.object({ text: z.string() });

/** Actions that ask questions in the ways that the tests need. */
export default definePlugin({
  id: 'asking',
  version: '1.0.0',
  title: 'Asking',
  description: 'Asks for input; for tests only.',
  actions: {
    greet: defineAction({
      title: 'Greet',
      description: 'Writes a line, asks for a name, writes another line.',
      input: z.strictObject({ file: z.string() }),
      output: text,
      async run({ file }, { once, requestInput }) {
        await once('before', () => appendFile(file, 'before\n'));
        const { name } = await requestInput(Name, 'What is your name?');
        await once('after', () => appendFile(file, `after ${name}\n`));
        return { text: `Hello, ${name}!` };
      },
      toContent: ({ text }) => [{ type: 'text', text: `**${text}**` }],
    }),
    several: defineAction({
      title: 'Several',
      description: 'Asks two people, a model and the client at once, then one more question.',
      input: z.strictObject({}),
      output: z.object({ answers: z.array(z.unknown()) }),
      async run(_input, { requestInput, requestInputs }) {
        const { name, model, roots } = await requestInputs({
          name: elicit(Name, 'What is your name?'),
          model: sampleModel({
            messages: [{ role: 'user', content: { type: 'text', text: 'What is the capital of France?' } }],
            maxTokens: 100,
          }),
          roots: listRoots(),
        });
        const { color } = await requestInput(Color, 'Which colour?', { key: 'color' });
        return { answers: [name.name, model.content, roots, color] };
      },
    }),
    'side-by-side': defineAction({
      title: 'Side by side',
      description: 'Asks two questions without keys in one turn.',
      input: z.strictObject({}),
      output: text,
      async run(_input, { requestInput }) {
        const [{ name }, { color }] = await Promise.all([
          requestInput(Name, 'What is your name?'),
          requestInput(Color, 'Which colour?'),
        ]);
        return { text: `${name} likes ${color}` };
      },
    }),
    stubborn: defineAction({
      title: 'Stubborn',
      description: 'Catches its question, tries an effect and another question, and returns.',
      input: z.strictObject({ file: z.string() }),
      output: text,
      async run({ file }, { once, requestInput }) {
        const { name } = await requestInput(Name, 'What is your name?').catch(() => ({ name: 'nobody' }));
        await once('effect', () => appendFile(file, `${name}\n`)).catch(() => undefined);
        if (name === 'nobody') await requestInput(Color, 'Which colour?').catch(() => undefined);
        return { text: name };
      },
    }),
    late: defineAction({
      title: 'Late',
      description: 'Asks after `ms` milliseconds, whatever its signal says.',
      input: z.strictObject({ ms: z.int() }),
      output: text,
      async run({ ms }, { requestInput }) {
        await delay(ms);
        return { text: (await requestInput(Name, 'What is your name?')).name };
      },
    }),
    mail: defineAction({
      title: 'Mail',
      description: 'Asks for an address; its schema is stricter than what the API checks.',
      input: z.strictObject({}),
      output: text,
      async run(_input, { requestInput }) {
        const Address = z.strictObject({ address: z.email() });
        return { text: (await requestInput(Address, 'Which address?', { key: 'address' })).address };
      },
    }),
    endless: defineAction({
      title: 'Endless',
      description: 'Asks more questions than an execution may.',
      input: z.strictObject({}),
      output: text,
      async run(_input, { requestInputs }) {
        const questions = Array.from({ length: 51 }, (_, index) => [`q${index}`, elicit(Name, '?')] as const);
        await requestInputs(Object.fromEntries(questions));
        return { text: '' };
      },
    }),
    content: defineAction({
      title: 'Content',
      description: 'Returns content that is valid, invalid or too large, or throws.',
      input: z.strictObject({ kind: z.enum(['fine', 'wrong', 'throw', 'large']) }),
      output: z.object({ kind: z.string() }),
      run: (input) => input,
      toContent({ kind }) {
        if (kind === 'throw') throw new Error('no content today');
        if (kind === 'wrong') return [{ type: 'text' }] as never;
        if (kind === 'large') return [{ type: 'text', text: 'x'.repeat(300_000) }];
        return [
          { type: 'text', text: 'fine' },
          { type: 'image', data: 'AAAA', mimeType: 'image/png' },
        ];
      },
    }),
  },
});
