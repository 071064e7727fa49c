import t from 'tap';

import { checkUriTemplate, matchUri } from './uri-template.ts';

t.test('a URI gives the values of its variables, decoded, or does not fit', async (t) => {
  const cases: [string, string, Record<string, string> | undefined][] = [
    ['test://static', 'test://static', {}],
    ['test://static', 'test://static/', undefined],
    ['test://template/{id}/data', 'test://template/12/data', { id: '12' }],
    ['test://template/{id}/data', 'test://template/a%20b%2Fc/data', { id: 'a b/c' }],
    ['test://template/{id}/data', 'test://template//data', undefined],
    ['test://template/{id}/data', 'test://template/1/2/data', undefined],
    ['test://template/{id}/data', 'test://template/1/data/', undefined],
    ['test://template/{id}', 'test://template/%zz', undefined],
    ['test://{a}/{b}', 'test://1/2', { a: '1', b: '2' }],
    ['test://{a}-{b}.json', 'test://x-y-z.json', { a: 'x', b: 'y-z' }],
    ['test://{a}', 'test://x?y', undefined],
    ['test://{a}', 'test://', undefined],
  ];

  for (const [template, uri, values] of cases) t.same(matchUri(template, uri), values, `${template} ${uri}`);
});

t.test('a long URI that almost fits is refused at once', async (t) => {
  const template = `test://${'{v}-'.replace('v', 'a')}${Array.from({ length: 30 }, (_, i) => `{v${i}}-`).join('')}end`;
  const startedAt = performance.now();

  t.equal(matchUri(template, `test://${'-'.repeat(100_000)}`), undefined);

  t.ok(performance.now() - startedAt < 1_000);
});

t.test('templates that cannot be matched are refused', async (t) => {
  t.same(checkUriTemplate('test://{a}/{b}'), ['a', 'b']);
  for (const template of ['{a}', 'no-uri', 'test://{a}{b}', 'test://{+a}', 'test://{a}/{a}', 'test://{a']) {
    t.throws(() => checkUriTemplate(template), { name: 'TypeError' }, template);
  }
});
