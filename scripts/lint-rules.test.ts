import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import t from 'tap';

/** Modules that a file of this folder must not import. */
const FORBIDDEN_IMPORTS: [folder: string, ...modules: string[]][] = [
  ['packages/api/src', '@mcp-server/worker', '@mcp-server/plugins', '@mcp-server/plugin-sdk/schemas'],
  ['packages/api/src', '@mcp-server/testing', './testing/test-app.ts'],
  ['packages/api/src/routes', 'mongoose', 'bullmq', '../redis/tell.ts', '@mcp-server/plugins'],
  ['packages/api/src/services/tasks', 'fastify', 'ioredis', '../../http/problem.ts', '@mcp-server/worker'],
  ['packages/worker/src', '@mcp-server/api', '@mcp-server/testing', 'mongoose'],
  ['packages/shared/src', '@mcp-server/api', '@mcp-server/worker', '@mcp-server/local', 'fastify'],
  ['packages/shared/src/submission', 'mongoose', '@mcp-server/plugins'],
  ['packages/plugins/src/planted', '@mcp-server/shared', '@mcp-server/shared/env-file', 'bullmq'],
  ['packages/plugin-sdk/src', '@mcp-server/shared', 'mongoose'],
  ['packages/documentdb-gateway/src', '@mcp-server/local'],
  ['packages/local/src', '@mcp-server/api'],
  ['packages/testing/src', '@mcp-server/worker'],
  ['examples/plugins/planted', '@mcp-server/shared', 'mongoose'],
];

interface Report {
  diagnostics: { code: string; filename: string }[];
}

t.test('every planted violation of the import and name rules is found', async (t) => {
  // Outside of this repository, whose .gitignore would hide it from the linter.
  const dir = mkdtempSync(join(tmpdir(), 'lint-rules-'));
  t.teardown(() => rmSync(dir, { recursive: true }));
  const plant = (path: string, text: string) => {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), text);
  };
  const expected: string[] = [];
  const violate = (path: string, rule: string, text: string) => {
    plant(path, text);
    expected.push(`${path} ${rule}`);
  };
  let count = 0;
  for (const [folder, ...modules] of FORBIDDEN_IMPORTS) {
    for (const module of modules) {
      const text = `import * as module from '${module}';\nexport const planted = module;\n`;
      violate(`${folder}/planted-${(count += 1)}.ts`, 'eslint(no-restricted-imports)', text);
    }
  }
  violate('packages/shared/src/Planted_Name.ts', 'unicorn(filename-case)', 'export const a = 1;\n');
  violate('packages/plugins/src/env.ts', 'node(no-process-env)', 'export const a = process.env;\n');
  const cycle = (other: string) => `import type { T } from './${other}.ts';\nexport interface T { t: T }\n`;
  violate('packages/shared/src/one.ts', 'import(no-cycle)', cycle('two'));
  violate('packages/shared/src/two.ts', 'import(no-cycle)', cycle('one'));
  // A test may import what is for tests.
  plant('packages/api/src/planted.test.ts', `import '@mcp-server/testing';\n`);
  cpSync('.oxlintrc.json', join(dir, '.oxlintrc.json'));

  const { stdout } = spawnSync('oxlint', ['--format=json'], { cwd: dir, encoding: 'utf8' });

  const { diagnostics } = JSON.parse(stdout) as Report;
  const found = new Set(diagnostics.map(({ filename, code }) => `${filename} ${code}`));
  t.same(
    expected.filter((violation) => !found.has(violation)),
    [],
  );
  t.notOk(
    [...found].some((violation) => violation.startsWith('packages/api/src/planted.test.ts eslint(no-r')),
  );
});
