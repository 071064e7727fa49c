import t from 'tap';
import { z } from 'zod';

import { defineAction } from '../action.ts';
import { secret } from '../masking/secret-settings.ts';
import { definePlugin } from '../plugin.ts';
import { runAction } from './run-action.ts';

const SECRET = 'marker-Pa55/9f3c';

const Settings = z.strictObject({
  plain: z.string().default('shown-everywhere'),
  password: secret().optional(),
  pin: secret(z.coerce.number()).optional(),
  token: z.string().meta({ secret: true }).min(8).default('marker-by-default'),
  keys: secret(z.string().transform((text) => text.split(','))).optional(),
  account: z
    .string()
    .transform((text) => JSON.parse(text) as unknown)
    .pipe(z.object({ key: secret() }))
    .optional(),
});

const leak = defineAction({
  title: 'Leak',
  description: 'Writes a text wherever it can.',
  input: z.object({ text: z.string(), ask: z.boolean().default(false) }),
  output: z.object({ text: z.string() }),
  settings: Settings,
  retry: { attempts: 1 },
  async run({ text, ask }, { log, progress, requestInput }) {
    log.info(text);
    progress(1, 2, text);
    if (ask) await requestInput(z.object({ ok: z.boolean() }), text);
    if (text.includes('throw'))
      throw Object.assign(new Error(text, { cause: new Error(text) }), { code: text });
    return { text };
  },
  toContent: ({ text }) => [{ type: 'text', text }],
});
const plugin = definePlugin({
  id: 'leaky',
  version: '1.0.0',
  title: 'T',
  description: 'D',
  settings: Settings,
  actions: { leak },
});

t.test('a secret setting is masked wherever the action writes it', async (t) => {
  const settings = {
    password: SECRET,
    pin: '123456789',
    keys: 'marker-one,marker-two',
    account: '{"key":"marker-three"}',
  };
  const secrets = [SECRET, '123456789', 'marker-by-default', 'marker-one', 'marker-two', 'marker-three'];
  const forms = secrets.flatMap((value) => [
    value,
    encodeURIComponent(value),
    Buffer.from(`u:${value}`).toString('base64'),
  ]);

  for (const form of forms) {
    const runs = [
      await runAction(plugin, 'leak', { text: form }, { settings }),
      await runAction(plugin, 'leak', { text: `throw ${form}` }, { settings }),
      await runAction(plugin, 'leak', { text: form, ask: true }, { settings }),
    ];
    for (const run of runs) {
      t.match(run.log[0]?.text, /\[redacted\]/, form);
      t.notOk(JSON.stringify(run).includes(form), `${run.status}: ${form}`);
    }
    t.match(runs[0], { status: 'completed', result: { text: /\[redacted\]/ } });
    t.match(runs[1], {
      failure: { message: /\[redacted\]/, code: /\[redacted\]/ },
      attempts: [{ stack: /\[redacted\]/ }],
    });
    t.match(runs[2], { questions: [{ params: { message: /\[redacted\]/ } }] });
  }
});

t.test('other settings are shown', async (t) => {
  const run = await runAction(plugin, 'leak', { text: 'shown-everywhere' });

  t.match(run, { result: { text: 'shown-everywhere' }, log: [{ text: 'shown-everywhere' }] });
});

t.test('an error that an action throws has a stack with its causes', async (t) => {
  const { attempts, failure } = await runAction(plugin, 'leak', { text: 'throw it' });

  t.match(
    attempts[0]?.stack,
    /^Error: throw it\n +at .*secret-settings\.test\.ts[^]*Caused by: Error: throw it\n/,
  );
  t.notOk(failure && 'stack' in failure, 'the failure is for users');
});
