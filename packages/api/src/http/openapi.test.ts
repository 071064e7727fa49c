import { readFile, writeFile } from 'node:fs/promises';

import t from 'tap';

import { startTestApp } from '../testing/test-app.ts';

const DOCUMENT = new URL('../../../../docs/openapi.json', import.meta.url);

const README = new URL('../../../../README.md', import.meta.url);

interface Operation {
  post?: { requestBody?: { content: { 'application/json': { example?: object } } } };
}

t.test('the examples of requests are those of the README', async (t) => {
  const { inject } = await startTestApp(t);
  const { paths } = (await inject({ url: '/openapi.json' })).json<{ paths: Record<string, Operation> }>();
  const readme = await readFile(README, 'utf8');

  for (const path of ['/api/auth/register', '/api/auth/login', '/api/tasks', '/mcp/execute']) {
    const body = paths[path]?.post?.requestBody?.content['application/json'];
    t.ok(readme.includes(JSON.stringify(body?.example)), path);
  }
});

t.test('docs/openapi.json matches the routes (npm run docs writes it)', async (t) => {
  const { inject } = await startTestApp(t);
  const document = `${JSON.stringify((await inject({ url: '/openapi.json' })).json(), null, 2)}\n`;
  if (process.env.UPDATE_DOCS === '1') await writeFile(DOCUMENT, document);

  t.equal(await readFile(DOCUMENT, 'utf8'), document);
});
