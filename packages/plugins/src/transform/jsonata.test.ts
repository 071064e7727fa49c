import { readFile } from 'node:fs/promises';

import { FatalError } from '@mcp-server/plugin-sdk';
import t from 'tap';

import { evaluate } from './evaluate.ts';
import plugin from './index.ts';

const run = (expression: string, data: unknown = null, timeoutMs = 20_000) =>
  evaluate({ expression, data, timeoutMs }, new AbortController().signal);
const failureOf = async (running: Promise<unknown>): Promise<FatalError> => {
  const outcome = await running.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  return outcome as FatalError;
};
const children = async () => (await readFile(`/proc/self/task/${process.pid}/children`, 'utf8')).trim();

t.test('expressions return what the language defines', async (t) => {
  const order = {
    items: [
      { name: 'a', price: 2, n: 3 },
      { name: 'b', price: 5, n: 1 },
    ],
    customer: { name: 'Zoë' },
  };

  t.equal(await run('$sum(items.(price * n))', order), 11);
  t.same(await run('items[price > 2].{"name": $uppercase(name)}', order), { name: 'B' });
  t.same(await run('items^(>price).name', order), ['b', 'a']);
  t.equal(await run('customer.name & "!"', order), 'Zoë!');
  t.same(await run('$', [1, [2]]), [1, [2]]);
  t.equal(await run('nothing.here', order), null);
  t.same(await run('$map([1..3], function($x) { $x * $x })'), [1, 4, 9]);
  t.same(await run('$split("a-b", /-/)'), ['a', 'b']);
  t.match(await run('$now()'), /^\d{4}-/);
  t.equal(await run('$formatNumber(1234.5, "#,##0.00")'), '1,234.50');
});

t.test('base64 works as in Node', async (t) => {
  for (const text of ['', 'a', 'ab', 'abc', 'abcd', 'é~?>']) {
    const encoded = Buffer.from(text, 'latin1').toString('base64');
    t.equal(await run('$base64encode($)', text), encoded, text);
    t.equal(await run('$base64decode($)', encoded), text, text);
  }
});

t.test('a wrong expression fails at once and names the position', async (t) => {
  const syntax = await failureOf(run('a.[', {}));
  t.match(syntax, { name: 'FatalError', code: 'EXPRESSION_FAILED', message: /at character \d+ \(S\d+\)/ });
  t.match(await failureOf(run('1 + "a"')), { code: 'EXPRESSION_FAILED', message: /T2002/ });
  t.match(await failureOf(run('$error("mine")')), { message: /mine/ });
  t.match(await failureOf(run('$nosuch()')), { code: 'EXPRESSION_FAILED' });
});

t.test('a result that is not JSON is the error of the expression, with its place', async (t) => {
  const cases = [
    ['function($x) { $x }', 'The result is a function, which is not JSON'],
    ['$sum', 'The result is a function, which is not JSON'],
    ['/a/', 'The result is a function, which is not JSON'],
    ['{"a": [1, function() { 1 }]}', 'The result at /a/1 is a function, which is not JSON'],
    ['$map([1], function($x) { $lookup })', 'The result is a function, which is not JSON'],
    ['{"a": 1/0}', 'The result at /a is not a finite number'],
    ['0/0', 'The result is not a finite number'],
  ];

  for (const [expression = '', message] of cases)
    t.match(
      await failureOf(run(expression)),
      { name: 'FatalError', code: 'EXPRESSION_FAILED', message },
      expression,
    );
  t.match(await failureOf(run('$sum("text")')), { name: 'FatalError', message: /T0412/ });
});

t.test('endless expressions end at their timeout, and their processes with them', async (t) => {
  const endless = [
    '($f := function() { $f() }; $f())',
    '($f := function($x) { $f($x + 1) }; $f(0))',
    '$match($, /^(a+)+$/)',
    '$reduce([1..400000], function($a, $b) { $sum([1..400000]) })',
  ];

  for (const expression of endless) {
    const failure = await failureOf(run(expression, `${'a'.repeat(60)}!`, 400));
    t.match(failure, { name: 'FatalError', code: 'EXPRESSION_TIMEOUT' }, expression);
  }
  t.equal(await children(), '', 'no process is left');
});

t.test('the event loop goes on during an endless expression', async (t) => {
  let turns = 0;
  const timer = setInterval(() => turns++, 1);

  const failure = await failureOf(run('$match($, /^(a+)+$/)', `${'a'.repeat(60)}!`, 500));

  clearInterval(timer);
  t.equal(failure.code, 'EXPRESSION_TIMEOUT');
  t.ok(turns > 20, `${turns} turns`);
});

t.test('recursion, sequences and strings are bounded', async (t) => {
  const recursion = '($f := function($x) { 1 + $f($x) }; $f(0))';
  const doubling = '($f := function($l) { $f($append($l, $l)) }; $f([1..100000]))';

  t.match(await failureOf(run(recursion)), { code: 'EXPRESSION_FAILED', message: /D1011/ });
  t.match(await failureOf(run('$count([1..9000000])')), { code: 'EXPRESSION_FAILED', message: /D2015/ });
  t.match(await failureOf(run(doubling)), { code: 'EXPRESSION_FAILED', message: /D2015/ });
  t.match(await failureOf(run('$length($pad("", 600000000, "xy"))')), { code: 'EXPRESSION_FAILED' });
});

t.test('an expression that exhausts its memory affects nothing else', async (t) => {
  const hoard = '($f := function($s) { $f($s & $s & "x" & $uppercase($s)) }; $f("abcdefgh"))';

  const failures = await Promise.all(Array.from({ length: 3 }, () => failureOf(run(hoard))));

  for (const failure of failures) t.match(failure, { name: 'FatalError', code: 'EXPRESSION_TOO_LARGE' });
  t.equal(await run('1 + 1'), 2);
});

t.test('a result that is larger than any limit of a worker is refused', async (t) => {
  const failure = await failureOf(run('[1..100].$pad("", 100000, "x")'));

  t.match(failure, { name: 'FatalError', code: 'EXPRESSION_TOO_LARGE', message: /result/ });
});

t.test('an abort ends a running and a waiting expression', async (t) => {
  const controller = new AbortController();
  const expression = '($f := function() { $f() }; $f())';
  const runs = Array.from({ length: 12 }, () =>
    failureOf(evaluate({ expression, data: null, timeoutMs: 30_000 }, controller.signal)),
  );

  controller.abort(new Error('stopped: cancel'));

  for (const failure of await Promise.all(runs)) t.equal(failure.message, 'stopped: cancel');
  t.equal(await run('1 + 1'), 2);
});

t.test('expressions reach neither this process nor prototypes', async (t) => {
  const none = [
    'process',
    '$.constructor',
    '$.__proto__',
    '$.constructor.constructor',
    '"".constructor',
    '$sum.constructor',
  ];
  for (const expression of none) t.equal(await run(expression, {}), null, expression);
  for (const expression of [
    '$process()',
    '$eval("process")',
    '$require("fs")',
    '$.constructor("return process")()',
  ]) {
    const outcome = await run(expression, {}).catch((error: FatalError) => error.code);
    t.ok(outcome === null || outcome === 'EXPRESSION_FAILED', `${expression} gave ${String(outcome)}`);
  }
  const attempts = [
    '$merge([{"__proto__": {"x": 1}}])',
    '$ ~> |$|{"__proto__": {"x": 1}}|',
    '$ ~> |$.__proto__|{"x": 1}|',
    '$ ~> |constructor.prototype|{"x": 1}|',
    '$.{"constructor": {"prototype": {"x": 1}}}',
    '($f := function($o) { $o ~> |$|{"x": 1}| }; $f($.__proto__))',
  ];
  for (const expression of attempts) {
    await run(expression, JSON.parse('{"__proto__": {"x": 1}, "a": 1}')).catch(() => undefined);
    t.equal(({} as { x?: unknown }).x, undefined, expression);
  }
  t.equal(await run('$.x', {}), null);
});

t.test('data passes unchanged, whatever its keys are', async (t) => {
  const text = '{"$where":1,"a.b":{"__proto__":{"x":1}},"constructor":2}';

  t.equal(JSON.stringify(await run('$', JSON.parse(text))), text);
});

t.test('input and output match the schemas of the action', async (t) => {
  const action = plugin.actions['jsonata'];

  t.ok(action?.input.safeParse({ expression: '1', data: [1] }).success);
  t.notOk(action?.input.safeParse({ expression: '' }).success);
  t.notOk(action?.input.safeParse({ expression: 'x'.repeat(40_000) }).success);
  t.notOk(action?.input.safeParse({ expression: '1', data: 1, bindings: {} }).success);
});
