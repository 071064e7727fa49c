import t from 'tap';
import { z } from 'zod';

import { pluginOf, type Run } from './demo-plugin.ts';
import { runAction } from './run-action.ts';

const anyOutput = { output: z.any() };
const run = (action: Run, changes: object = anyOutput) => runAction(pluginOf(action, changes), 'go');

t.test('a result that JSON would change is invalid_output with its place', async (t) => {
  const cases: [unknown, string][] = [
    [{ n: Number.NaN }, '/n is NaN'],
    [[Infinity], '/0 is Infinity'],
    [new Map([['a', 1]]), 'The value is a Map'],
    [{ s: new Set([1]) }, '/s is a Set'],
    [{ b: Buffer.from('x') }, '/b is binary data'],
    [{ f: () => {} }, '/f is a function'],
    [{ i: 5n }, '/i is a bigint'],
  ];

  for (const [value, problem] of cases) {
    t.match(await run(() => value), {
      failure: { kind: 'invalid_output', message: `The result must be JSON: ${problem}.` },
      attempts: { length: 1 },
    });
  }
});

t.test('a result may leave out fields and hold dates', async (t) => {
  t.same((await run(() => ({ at: new Date(0), gone: undefined }))).result, {
    at: '1970-01-01T00:00:00.000Z',
  });
  t.equal((await run(() => undefined)).result, null);
});

t.test('a schema that throws whatever it likes fails the execution, not the process', async (t) => {
  const throwing = (thrown: unknown) =>
    z.any().refine(() => {
      throw thrown;
    });

  for (const thrown of [{ reason: 'bare' }, Object.create(null), 'text', null]) {
    t.match(await run(() => 1, { output: throwing(thrown), retry: { attempts: 1 } }), { status: 'failed' });
    t.match(await run(() => 1, { input: throwing(thrown) }), { failure: { kind: 'invalid_input' } });
  }
});

t.test('ctx.once gives both attempts the same value', async (t) => {
  for (const value of [undefined, new Date(0), { at: new Date(0), gone: undefined }]) {
    const seen: unknown[] = [];
    await run(async (_input, { once, attempt }) => {
      seen.push(await once('step', () => value));
      if (attempt === 1) throw new Error('again');
      return null;
    });
    t.equal(seen.length, 2);
    t.same(seen[0], seen[1]);
  }
});

t.test('a step whose result cannot be stored says that its effect happened', async (t) => {
  for (const value of [Number.NaN, new Map(), 1n, 'x'.repeat(70_000)]) {
    t.match(await run((_input, { once }) => once('mail', () => value)), {
      failure: { code: 'STEP_RESULT', message: /^once: "mail" ran, but its result cannot be stored/ },
      attempts: { length: 1 },
    });
  }
});

t.test('progress that is not made of numbers is dropped with a warning', async (t) => {
  const { progress, log } = await run((_input, ctx) => {
    for (const done of [Number.NaN, null, '50%', 5n, {}]) ctx.progress(done as number);
    ctx.progress(1, Infinity);
    ctx.progress(1, 2, { not: 'a text' } as never);
    return null;
  });

  t.match(progress, [{ done: 1, total: 2, message: String }]);
  t.equal(progress.length, 1);
  t.equal(log.filter(({ level }) => level === 'warn').length, 6);
});
