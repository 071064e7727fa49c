import t from 'tap';
import { z } from 'zod';

import { defineAction } from './action.ts';
import { contractVersion } from './contract-version.ts';
import { definePlugin } from './plugin.ts';
import { definePrompt } from './prompt.ts';
import { elicit } from './question.ts';
import { defineResource } from './resource.ts';

const action = (annotations = {}) =>
  defineAction({
    title: 'T',
    description: 'D',
    input: z.object({}),
    output: z.object({}),
    annotations,
    run: () => ({}),
  });

t.test('a crash of a destructive action that is not idempotent is not repeated', async (t) => {
  t.equal(action({ destructive: true }).onCrash, 'fail');
  t.equal(action({ destructive: true, idempotent: true }).onCrash, 'rerun');
  t.equal(action().onCrash, 'rerun');
});

t.test('only an action that is read-only may have a cache', async (t) => {
  const about = { id: 'a', version: '1.0.0', title: 'T', description: 'D' };
  const build = (annotations: object, cache: { ttlMs: number }) =>
    definePlugin({
      ...about,
      actions: { go: { ...action(annotations), cache: { shared: false, ...cache } } },
    });

  t.equal(build({ readOnly: true }, { ttlMs: 5 }).actions['go']?.cache?.ttlMs, 5);
  t.throws(
    () => build({ idempotent: true }, { ttlMs: 5 }),
    /action "go": cache: only for actions with annotations.readOnly/,
  );
  for (const ttlMs of [0, 0.5, -1, 604_800_001, Number.NaN])
    t.throws(() => build({ readOnly: true }, { ttlMs }), /action "go": cache\.ttlMs/, `${ttlMs}`);
});

t.test('a plugin id that cannot be part of a tool name is refused', async (t) => {
  const spec = { version: '1.0.0', title: 'T', description: 'D', actions: { go: action() } };

  for (const id of ['Upper', 'a_b', 'a--b', '', '-a']) {
    t.throws(() => definePlugin({ ...spec, id }), {
      message: `Plugin "${id}": id: "${id}" must be lower-case letters, digits and single dashes`,
    });
  }
  t.equal(definePlugin({ ...spec, id: 'good-id' }).pool, 'default');
});

t.test('a tool name longer than 64 characters is refused', async (t) => {
  const name = 'n'.repeat(40);
  const spec = { version: '1.0.0', title: 'T', description: 'D', actions: { [name]: action() } };

  t.throws(() => definePlugin({ ...spec, id: 'i'.repeat(30) }), /has 72 characters; at most 64/);
});

t.test('a plugin carries the version of the contract that it was built with', async (t) => {
  t.match(contractVersion, /^\d+\.\d+$/);
  t.equal(
    definePlugin({ id: 'a', version: '1.0.0', title: 'T', description: 'D' }).contractVersion,
    contractVersion,
  );
});

const about = { title: 'T', description: 'D' };
const plugin = { ...about, id: 'demo', version: '1.0.0' };
const resource = (uri: string) => defineResource({ ...about, uri, read: () => [] });

t.test(
  'a resource and a prompt become an action that is not a tool, and an entry that names it',
  async (t) => {
    const prompt = definePrompt({ ...about, arguments: { a: { description: 'A' } }, get: () => [] });

    const made = definePlugin({
      ...plugin,
      resources: { news: resource('demo://news') },
      prompts: { prompt },
    });

    t.match(made.actions, { 'resource-news': { isTool: false }, 'prompt-prompt': { isTool: false } });
    t.match(made.resources, [
      { name: 'news', uri: 'demo://news', isTemplate: false, action: 'resource-news' },
    ]);
    t.match(made.prompts, [
      {
        name: 'prompt',
        action: 'prompt-prompt',
        arguments: [{ name: 'a', required: false, completions: [] }],
      },
    ]);
  },
);

t.test('names and URIs that come twice or belong to others are refused', async (t) => {
  const named = (publicName: string) =>
    defineAction({ ...about, publicName, input: z.object({}), output: z.object({}), run: () => ({}) });

  t.throws(
    () => definePlugin({ ...plugin, actions: { a: named('a__b') } }),
    /"demo": action "a": publicName: "a__b" must be 1 to 64/,
  );
  t.throws(
    () => definePlugin({ ...plugin, actions: { a: named('x'), b: named('x') } }),
    /tool "x" is declared twice/,
  );
  t.throws(
    () => definePlugin({ ...plugin, resources: { a: resource('demo://a'), b: resource('demo://a') } }),
    /resource "demo:\/\/a" is declared twice/,
  );
  t.throws(
    () =>
      definePlugin({
        ...plugin,
        actions: { 'resource-a': action() },
        resources: { a: resource('demo://a') },
      }),
    /action "resource-a" is declared twice/,
  );
  t.throws(() => resource('execution://mine'), /reserved for executions/);
  t.throws(() => resource('demo://{id}'), /is a template/);
  t.throws(() => defineResource({ ...about, uriTemplate: 'demo://a', read: () => [] }), /is not a template/);
});

t.test('a form asks for flat fields in the formats that clients know', async (t) => {
  const Form = z.strictObject({
    mail: z.email(),
    id: z.uuid().optional(),
    count: z.int().min(1).default(2),
    sure: z.boolean(),
    size: z.enum(['s', 'm']),
    extras: z.array(z.enum(['a', 'b'])),
  });

  const { requestedSchema } = elicit(Form, 'Please').request.params as { requestedSchema: object };

  t.match(requestedSchema, {
    type: 'object',
    required: ['mail', 'sure', 'size', 'extras'],
    properties: {
      mail: { type: 'string', format: 'email' },
      count: { type: 'integer', minimum: 1, default: 2 },
      sure: { type: 'boolean' },
      size: { type: 'string', enum: ['s', 'm'] },
      extras: { type: 'array', items: { enum: ['a', 'b'] } },
    },
  });
  t.notOk(
    JSON.stringify(requestedSchema).includes('"uuid"'),
    'a format that clients do not know is left out',
  );
  t.throws(() => elicit(z.object({ address: z.object({ city: z.string() }) }), 'x'), /"address" is not/);
});
