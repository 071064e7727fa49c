import t from 'tap';
import { z } from 'zod';

import { defineAction, definePlugin } from './plugin.ts';

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

t.test('a plugin id that cannot be part of a tool name is refused', async (t) => {
  const spec = { version: '1.0.0', title: 'T', description: 'D', actions: { go: action() } };

  for (const id of ['Upper', 'a_b', 'a--b', '', '-a']) t.throws(() => definePlugin({ ...spec, id }), id);
  t.equal(definePlugin({ ...spec, id: 'good-id' }).pool, 'default');
});

t.test('a tool name longer than 64 characters is refused', async (t) => {
  const name = 'n'.repeat(40);
  const spec = { version: '1.0.0', title: 'T', description: 'D', actions: { [name]: action() } };

  t.throws(() => definePlugin({ ...spec, id: 'i'.repeat(30) }), /longer than 64/);
});
