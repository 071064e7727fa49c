import { readFileSync } from 'node:fs';

import t from 'tap';

import { evaluateInSandbox } from './sandbox.ts';

const library = readFileSync(new URL(import.meta.resolve('jsonata')), 'utf8');
/** A library that gives its caller the realm itself, as an escape from the language would. */
const escaped = (code: string) => `window.jsonata = () => ({ evaluate: async () => { ${code} } })`;
const input = { expression: '1', data: 'null', options: '{}', timeoutMs: 1_000 };

t.test('code that escaped from the language finds no process, no modules and no timers', async (t) => {
  const code =
    'return [typeof process, typeof require, typeof setTimeout, typeof fetch, typeof Buffer].join()';

  const answer = evaluateInSandbox(input, escaped(code));

  t.same(JSON.parse(answer), { result: 'undefined,undefined,undefined,undefined,undefined' });
});

t.test('code that escaped from the language cannot create code, nor reach the realm outside', async (t) => {
  const attempts = [
    'return Function("return 1")()',
    'return eval("1")',
    'return expression.constructor.constructor("return process")()',
    'return (async () => {}).constructor("return 1")()',
    'return globalThis.constructor.constructor("return process")()',
    'return import("node:fs").then(() => 1)',
  ];

  for (const code of attempts) {
    const answer = JSON.parse(evaluateInSandbox(input, escaped(code))) as { error?: { message: string } };
    t.ok(answer.error, code);
  }
});

t.test('changed prototypes are those of the sandbox', async (t) => {
  const code = 'Object.prototype.x = 1; Array.prototype.map = null; return ({}).x';

  t.same(JSON.parse(evaluateInSandbox(input, escaped(code))), { result: 1 });
  t.equal(({} as { x?: unknown }).x, undefined);
  t.type([].map, 'function');
});

t.test('code that waits for a promise that never settles is an error', async (t) => {
  t.throws(() => evaluateInSandbox(input, escaped('await new Promise(() => {})')), /never settles/);
});

t.test('the library works in the sandbox', async (t) => {
  const sum = { ...input, expression: '$sum($)', data: '[1, 2]' };

  t.same(JSON.parse(evaluateInSandbox(sum, library)), { result: 3 });
});
