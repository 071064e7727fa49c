import { readFile, writeFile } from 'node:fs/promises';

import t from 'tap';

import { startTestApp } from '../testing/test-app.ts';

const DOCUMENT = new URL('../../../../docs/openapi.json', import.meta.url);

t.test('docs/openapi.json matches the routes (npm run docs writes it)', async (t) => {
  const { inject } = await startTestApp(t);
  const document = `${JSON.stringify((await inject({ url: '/openapi.json' })).json(), null, 2)}\n`;
  if (process.env.UPDATE_DOCS === '1') await writeFile(DOCUMENT, document);

  t.equal(await readFile(DOCUMENT, 'utf8'), document);
});
