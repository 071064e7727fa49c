import t from 'tap';

import { compilePayloadSchema } from './payload-schema.ts';

const compile = (schema: unknown) => compilePayloadSchema(JSON.stringify(schema));

function check(schema: unknown, payload: unknown) {
  const compiled = compile(schema);
  if (compiled.kind === 'refused') throw new Error(compiled.reason);
  return compiled.check(payload).map(({ pointer }) => pointer);
}

t.test('problems point to the property, even a missing or surplus one', async (t) => {
  const schema = {
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'number' } }, 'a/b': { type: 'string' } },
    required: ['a/b'],
    additionalProperties: false,
  };

  t.same(check(schema, { 'a/b': 'x', list: [1, 2] }), []);
  t.same(check(schema, {}), ['/payload/a~1b']);
  t.same(check(schema, { 'a/b': 'x', list: [1, 'two'] }), ['/payload/list/1']);
  t.same(check(schema, { 'a/b': 'x', more: 1 }), ['/payload/more']);
  t.same(check(schema, 'text'), ['/payload']);
});

t.test("a publisher's regular expressions never run in the API", async (t) => {
  const schema = {
    properties: { text: { type: 'string', pattern: '^(a+)+$' }, pattern: { type: 'number' } },
    patternProperties: { '^(b+)+$': { type: 'number' } },
  };
  const startedAt = performance.now();

  t.same(check(schema, { text: `${'a'.repeat(40)}!`, [`${'b'.repeat(40)}!`]: 'x' }), []);
  t.ok(performance.now() - startedAt < 1_000);
  t.same(check(schema, { pattern: 'a property with that name is kept' }), ['/payload/pattern']);
});

t.test('schemas beyond the limits are refused with the reason', async (t) => {
  const deep = (levels: number): object => (levels === 0 ? {} : { items: deep(levels - 1) });
  const wide = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`p${index}`, {}]));

  for (const [schema, reason] of [
    [{ description: 'x'.repeat(65_536) }, /larger/],
    [deep(17), /deeper/],
    [{ properties: wide }, /more than 500/],
    [{ $ref: 'https://example.com/schema' }, /not local/],
    [{ $ref: '#/$defs/missing' }, /resolve/],
    [{ $ref: '#' }, /stack/],
    [{ type: 'nonsense' }, /schema is invalid/],
  ] as const) {
    t.match(compile(schema), { kind: 'refused', reason });
  }
  t.match(compilePayloadSchema('{'), { kind: 'refused' });
});

t.test('local references and recursive schemas work', async (t) => {
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://example.com/tree',
    $ref: '#/$defs/tree',
    $defs: { tree: { type: 'object', properties: { child: { $ref: '#/$defs/tree' } } } },
  };

  t.same(check(schema, { child: { child: {} } }), []);
  t.same(check(schema, { child: { child: 1 } }), ['/payload/child/child']);
  t.same(check({ type: 'object', properties: { child: { $ref: '#' } } }, { child: 1 }), ['/payload/child']);
});
