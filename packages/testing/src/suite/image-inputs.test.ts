import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { hashImageInputs } from './image-inputs.ts';

t.test('the hash follows what the images are built from, and nothing else', async (t) => {
  const root = t.testdir({
    'Readme.md': '',
    'pnpm-lock.yaml': '',
    packages: {
      api: { 'package.json': '', src: { 'main.ts': '', 'main.test.ts': '', testing: { 'a.ts': '' } } },
    },
    infra: { docker: { Dockerfile: '', 'image.test.ts': '' } },
  });
  execFileSync('git', ['init', '-q'], { cwd: root });
  const changes = (path: string): boolean => {
    const before = hashImageInputs(root);
    writeFileSync(join(root, path), 'changed');
    return hashImageInputs(root) !== before;
  };

  for (const path of ['Readme.md', 'packages/api/src/main.test.ts', 'packages/api/src/testing/a.ts'])
    t.notOk(changes(path), path);
  for (const path of ['pnpm-lock.yaml', 'packages/api/package.json', 'packages/api/src/main.ts'])
    t.ok(changes(path), path);
  for (const path of ['infra/docker/Dockerfile', 'infra/docker/image.test.ts', 'packages/api/src/new.ts'])
    t.ok(changes(path), path);
});
