import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds two images. It is by far the slowest test file, and only these inputs can change its result. */
export const IMAGE_TEST = 'infra/docker/image.test.ts';

const INPUTS = [
  'infra/docker',
  'infra/compose',
  'docker-compose.yml',
  '.dockerignore',
  '.npmrc',
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'tsconfig*.json',
  'packages/*/package.json',
  'packages/*/tsconfig*.json',
  ...['api', 'worker', 'plugins', 'plugin-sdk', 'shared'].map((name) => `packages/${name}/src`),
];
/** Files that the images leave out. */
const NOT_BUILT = /\.test\.ts$|\/src\/testing\//;

/** Hash of all inputs of the images. */
export function hashImageInputs(root = '.'): string {
  const paths = INPUTS.flatMap((path) => [`:(glob)${path}`, `:(glob)${path}/**`]);
  const listing = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...paths];
  const files = execFileSync('git', listing, { cwd: root, encoding: 'utf8' }).split('\0').slice(0, -1);
  const hash = createHash('sha256').update(process.version);
  for (const file of new Set(files.toSorted())) {
    if ((NOT_BUILT.test(file) && file !== IMAGE_TEST) || !existsSync(join(root, file))) continue;
    hash.update(`${file}\0`).update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}
