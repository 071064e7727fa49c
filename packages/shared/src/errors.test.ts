import { readFile, writeFile } from 'node:fs/promises';

import t from 'tap';

import * as errors from './errors.ts';
import { isRefusal } from './submission/refusal.ts';

const PAGE = new URL('../../../docs/errors.md', import.meta.url);

/** The page that documents every code, generated from the catalogue. */
function writePage(): string {
  const rows = Object.values(errors)
    .map((ErrorClass) => new ErrorClass())
    .map((error) => ({
      code: error.code.toLowerCase(),
      statusCode: error.statusCode,
      message: error.message,
      retry: 'retryable' in error ? 'yes' : 'no',
    }))
    .sort((one, other) => (one.code < other.code ? -1 : 1))
    .map(
      ({ code, statusCode, message, retry }) =>
        `| \`${code}\` | ${statusCode} | ${retry} | ${message.replaceAll(/%[sd]/g, '…')} |`,
    );
  return `# Errors

Every response that is not 2xx is a problem document (RFC 9457, \`application/problem+json\`) with one of these codes.
"Retry" says whether the same request, sent again later, may succeed. Generated from \`packages/shared/src/errors.ts\` by
\`npm run docs\`.

| Code | Status | Retry | Meaning |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
}

t.test('docs/errors.md matches the catalogue (npm run docs writes it)', async (t) => {
  const page = writePage();
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(PAGE, page);

  t.equal(await readFile(PAGE, 'utf8'), page);
});

t.test('every code is unique and well-formed', async (t) => {
  const codes = Object.values(errors).map((ErrorClass) => new ErrorClass().code);

  t.equal(new Set(codes).size, codes.length);
  for (const code of codes) t.match(code, /^[A-Z]+(_[A-Z]+)*$/);
});

t.test('a repeat may succeed exactly after 429 and 503', async (t) => {
  const catalogue = Object.values(errors).map((ErrorClass) => new ErrorClass());

  for (const error of catalogue) {
    t.equal('retryable' in error, error.statusCode === 429 || error.statusCode === 503, error.code);
  }
  t.equal(isRefusal(new errors.UnknownAction('sample', 'none')), true);
  t.equal(isRefusal(new errors.Overloaded()), false);
  t.equal(isRefusal(new errors.InternalError()), false);
  t.equal(isRefusal(new Error('a bug')), false);
});
