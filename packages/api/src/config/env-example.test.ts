import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

import t from 'tap';

import { buildApiEnv, loadApiEnv } from './config.ts';

const EXAMPLE = new URL('../../../../.env.example', import.meta.url);

t.test('.env.example names every setting of the API, with its default', async (t) => {
  const example = parseEnv(await readFile(EXAMPLE, 'utf8'));

  for (const name of Object.keys(buildApiEnv({}).shape)) t.ok(name in example, name);
  t.same(loadApiEnv(example), loadApiEnv({}));
});

t.test('.env.example has no variable that no process reads', async (t) => {
  const text = await readFile(EXAMPLE, 'utf8');
  const [, api = ''] = /# API\n([\s\S]*?)\n\n/.exec(text) ?? [];
  const known = Object.keys(buildApiEnv({}).shape);

  for (const name of Object.keys(parseEnv(api))) t.ok(known.includes(name), name);
});
