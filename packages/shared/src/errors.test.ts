import { readFile, writeFile } from 'node:fs/promises';

import t from 'tap';

import * as errors from './errors.ts';

const PAGE = new URL('../../../docs/errors.md', import.meta.url);

/** The page that documents every code, made from the catalogue. */
function writePage(): string {
  const rows = Object.values(errors)
    .map((ErrorClass) => new ErrorClass())
    .map(({ code, statusCode, message }) => ({ code: code.toLowerCase(), statusCode, message }))
    .sort((one, other) => (one.code < other.code ? -1 : 1))
    .map(
      ({ code, statusCode, message }) =>
        `| \`${code}\` | ${statusCode} | ${message.replaceAll(/%[sd]/g, '…')} |`,
    );
  return `# Errors

Every answer that is not 2xx is a problem document (RFC 9457, \`application/problem+json\`) with one of these codes. Generated
from \`packages/shared/src/errors.ts\` by \`npm run docs\`.

| Code | Status | Meaning |
| --- | --- | --- |
${rows.join('\n')}
`;
}

t.test('docs/errors.md is what the catalogue says (npm run docs writes it)', async (t) => {
  const page = writePage();
  if (process.env['UPDATE_DOCS'] === '1') await writeFile(PAGE, page);

  t.equal(await readFile(PAGE, 'utf8'), page);
});

t.test('every code is a word of its own', async (t) => {
  const codes = Object.values(errors).map((ErrorClass) => new ErrorClass().code);

  t.equal(new Set(codes).size, codes.length);
  for (const code of codes) t.match(code, /^[A-Z]+(_[A-Z]+)*$/);
});
