import t from 'tap';

import { findJsonProblem } from './json-problem.ts';

t.test('what JSON holds has no problem', async (t) => {
  const values = [null, true, 'text', 0, -1.5, [], {}, [{ a: [1, 'b', null] }], undefined, { a: undefined }];
  for (const value of [...values, new Date(0), { at: new Date(0) }, new URL('http://localhost/')])
    t.equal(findJsonProblem(value), undefined);
  const shared = { a: 1 };
  t.equal(findJsonProblem([shared, shared]), undefined, 'one object may be in two places');
});

t.test('what JSON would lose is named with its place', async (t) => {
  const circle: Record<string, unknown> = {};
  circle['a'] = [circle];
  const cases: [unknown, string][] = [
    [Number.NaN, 'The value is NaN'],
    [{ a: [1, Infinity] }, '/a/1 is Infinity'],
    [{ a: 5n }, '/a is a bigint'],
    [{ 'a/b~c': () => {} }, '/a~1b~0c is a function'],
    [[Symbol('x')], '/0 is a symbol'],
    [{ a: new Map() }, '/a is a Map'],
    [new Set(), 'The value is a Set'],
    [{ a: Buffer.from('x') }, '/a is binary data'],
    [{ a: new Error('x') }, '/a is a Error'],
    [circle, '/a/0 contains itself'],
  ];

  for (const [value, problem] of cases) t.equal(findJsonProblem(value), problem);
});

t.test('depth is bounded', async (t) => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

  t.equal(findJsonProblem(nested(64)), undefined);
  t.equal(findJsonProblem(nested(65)), 'The value is nested deeper than 64 levels');
  t.equal(findJsonProblem(nested(3_000)), 'The value is nested deeper than 64 levels');
});
