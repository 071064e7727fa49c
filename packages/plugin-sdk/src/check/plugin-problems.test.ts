import t from 'tap';
import { z } from 'zod';

import { defineAction } from '../action.ts';
import { definePlugin } from '../plugin.ts';
import { definePrompt } from '../prompt.ts';
import { defineResource } from '../resource.ts';

const about = { title: 'T', description: 'D' };

/** Declares the plugin "demo" with one action "go", as an author with mistakes of the wrong type would. */
const declare = (action: object, plugin: object = {}) =>
  definePlugin({
    id: 'demo',
    version: '1.0.0',
    ...about,
    actions: {
      go: defineAction({
        ...about,
        input: z.object({}),
        output: z.object({}),
        run: () => ({}),
        ...action,
      }),
    },
    ...plugin,
  });

let deep: z.ZodType = z.string();
for (let level = 0; level < 20; level += 1) deep = z.object({ deep });

t.test('each problem names plugin, action, field and rule', async (t) => {
  const wide = z.object(
    Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`f${index}`, z.string()])),
  );
  const problems: [() => unknown, string][] = [
    [
      () => declare({ input: z.object({ when: z.date() }) }),
      'action "go", input /when: Date cannot be represented in JSON Schema; use z.iso.datetime() or z.iso.date()',
    ],
    [
      () => declare({ output: z.void() }),
      'action "go", output: Void cannot be represented in JSON Schema; use z.null() or z.object({})',
    ],
    [
      () => declare({ output: z.object({ n: z.string().transform(Number) }) }),
      'action "go", output /n: Transforms cannot be represented in JSON Schema; convert the value in run, or describe the result with .pipe(schema)',
    ],
    [
      () => declare({ input: deep }),
      'action "go", input: its JSON Schema breaks a limit: deeper than 16 levels',
    ],
    [
      () => declare({ input: wide }),
      'action "go", input: its JSON Schema breaks a limit: more than 500 properties',
    ],
    [
      () => declare({ output: z.object({ a: z.string().describe('x'.repeat(70_000)) }) }),
      'action "go", output: its JSON Schema breaks a limit: larger than 65536 bytes',
    ],
    [() => declare({ description: undefined }), 'action "go": description: is missing'],
    [
      () => declare({ description: 'x'.repeat(6_000) }),
      'action "go": description: has 6000 characters; at most 5000',
    ],
    [() => declare({ title: 'x'.repeat(201) }), 'action "go": title: has 201 characters; at most 200'],
    [
      () => declare({ timeoutMs: 0 }),
      'action "go": timeoutMs: Too small: expected number to be >=1, but it is 0',
    ],
    [
      () => declare({ retry: { attempts: 101 } }),
      'action "go": retry.attempts: Too big: expected number to be <=100, but it is 101',
    ],
    [() => declare({ run: undefined }), 'action "go": run: must be a function'],
    [() => declare({ settings: z.object({}) }), 'action "go": settings: must be those of its plugin'],
    [() => declare({}, { title: undefined }), 'title: is missing'],
    [() => declare({}, { id: undefined }), 'id: is missing'],
    [() => declare({}, { settings: z.string() }), 'settings: must be a zod object'],
    [
      () =>
        declare(
          {},
          {
            resources: {
              r: defineResource({ ...about, title: 'x'.repeat(201), uri: 'demo://r', read: () => [] }),
            },
          },
        ),
      'resources.0.title: has 201 characters; at most 200',
    ],
    [
      () => declare({}, { prompts: { p: definePrompt({ ...about, publicName: 'a b', get: () => [] }) } }),
      'prompts.0.name: "a b" must be 1 to 64 of letters, digits, - and single _',
    ],
  ];

  for (const [build, words] of problems) {
    const error = t.throws(build, { name: 'PluginError' }) as unknown as Error;
    t.ok(error.message.includes(words), `${words}\n${error.message}`);
    t.match(error.message, /^Plugin "(demo|undefined)"/);
  }
});

t.test('all problems are named at once', async (t) => {
  t.throws(() => declare({ title: undefined, timeoutMs: -1 }, { version: 1 }), {
    message:
      /^Plugin "demo" has 3 problems:\n {2}version: .*\n {2}action "go": title: .*\n {2}action "go": timeoutMs: /,
  });
});

t.test('ids of the server itself are reserved', async (t) => {
  t.throws(() => declare({}, { id: 'internal-mail' }), {
    message: /id: "internal-mail" must not begin with "internal-"/,
  });
});
