import { readFile, writeFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';

import { loadApiEnv } from '@mcp-server/api';
import { loadConfig } from '@mcp-server/shared';
import { WorkerEnv } from '@mcp-server/worker';
import t from 'tap';

import { toEnvExample, toSettingsPage } from './settings-texts.ts';
import { listSettings } from './settings.ts';

const EXAMPLE = new URL('../../.env.example', import.meta.url);
const PAGE = new URL('../../docs/settings.md', import.meta.url);

const settings = await listSettings();

t.test('.env.example and docs/settings.md are what the schemas say (npm run docs writes them)', async (t) => {
  const texts: [URL, string][] = [
    [EXAMPLE, toEnvExample(settings)],
    [PAGE, toSettingsPage(settings)],
  ];
  for (const [file, text] of texts) {
    if (process.env['UPDATE_DOCS'] === '1') await writeFile(file, text);

    t.equal(await readFile(file, 'utf8'), text);
  }
});

t.test('a copy of .env.example as .env changes nothing', async (t) => {
  const example = parseEnv(await readFile(EXAMPLE, 'utf8'));

  t.same(loadApiEnv(example), loadApiEnv({}));
  t.same(loadConfig(WorkerEnv, example), loadConfig(WorkerEnv, {}));
  t.notOk(example['MONGODB_URI'] ?? example['REDIS_URL'], 'npm start runs its own servers');
});

t.test('no setting is described twice', async (t) => {
  const names = settings.map(({ name }) => name);

  t.equal(new Set(names).size, names.length);
});
