import t from 'tap';

import { findTestFilesAt, findTestFilesOf } from './choose-test-files.ts';

t.test('a folder brings its tests, and an empty one is an error', async (t) => {
  t.ok(
    findTestFilesAt(['packages/testing/src/suite']).includes(
      'packages/testing/src/suite/choose-test-files.test.ts',
    ),
  );
  t.throws(() => findTestFilesAt(['docs']), /no tests in/);
});

t.test('a changed module brings the tests that import it, directly or through other packages', async (t) => {
  const files = findTestFilesOf(['packages/shared/src/executions/claim.ts']);

  t.ok(files.includes('packages/worker/src/invariants/i2-one-end.test.ts'), 'starts a worker');
  t.notOk(files.includes('packages/shared/src/schedules/rule.test.ts'));
});

t.test('a module that only a package root exports brings the tests that import its names', async (t) => {
  const files = findTestFilesOf(['packages/testing/src/parse-metrics.ts']);

  t.ok(files.includes('packages/api/src/routes/metrics/metrics.test.ts'));
  t.notOk(files.includes('packages/api/src/outage.test.ts'), 'imports other names of the same package');
});

t.test('a file that nothing imports brings the nearest tests, and a page none', async (t) => {
  t.same(findTestFilesOf(['packages/api/src/routes/api/audit/audit.ts']), [
    'packages/api/src/routes/api/audit/audit.test.ts',
  ]);
  t.same(findTestFilesOf(['README.md']), []);
});
