import { readFileSync } from 'node:fs';

import { ReasonCode } from '@mcp-server/shared';
import { openNamespace, startProcess } from '@mcp-server/testing';
import t from 'tap';

import { documentedRoutes } from './documented-routes.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const byName = (a: string, b: string) => a.localeCompare(b);

t.test('the guide explains every reason of explain', async (t) => {
  const [, section = ''] = read('docs/guide.md').split('## Why does it wait?');
  const [table = ''] = section.split('### Pausing');
  const documented = [...table.matchAll(/^\| `([a-z_]+)`/gm)].map(([, code]) => code);

  t.strictSame(documented, ReasonCode.options);
});

t.test('the quick reference lists exactly the routes of the API', async (t) => {
  const space = await openNamespace(t);
  const { started } = await startProcess(t, 'api', space.env);
  const url = `http://127.0.0.1:${String(started['port'])}`;
  const { paths } = (await (await fetch(`${url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  const described = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const isDescribed = new Set(described);
  const documented = documentedRoutes();

  t.strictSame(
    described.filter((route) => !documented.includes(route)).toSorted(byName),
    [],
    'undocumented routes',
  );
  // The API's own description does not contain pages.
  for (const route of documented.filter((route) => !isDescribed.has(route))) {
    t.match(route, /^GET \//, route);
    t.not((await fetch(`${url}${route.slice('GET '.length)}`)).status, 404, `${route} answers`);
  }
});
