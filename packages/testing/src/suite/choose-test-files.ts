import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { dirname, relative } from 'node:path';

import { ImportGraph } from './import-graph.ts';

const PATTERNS = [
  'packages/*/src/**/*.test.ts',
  '{chaos,bench,conformance}/src/**/*.test.ts',
  '{infra,scripts,examples}/**/*.test.ts',
];

/** Every test file of the repository. */
export const listTestFiles = (): string[] =>
  globSync(PATTERNS, { exclude: ['**/node_modules/**', '**/dist/**'] }).toSorted();

/** The test files at these paths, which are files or folders. @throws {Error} on a folder without tests. */
export function findTestFilesAt(paths: readonly string[]): string[] {
  const all = listTestFiles();
  const files = paths.flatMap((path) => {
    const place = relative('.', path);
    if (statSync(path).isFile()) return [place];
    const inside = all.filter((file) => file.startsWith(`${place}/`));
    if (inside.length === 0) throw new Error(`there are no tests in ${path}`);
    return inside;
  });
  return [...new Set(files)];
}

/**
 * The test files that import one of the changed files, directly or through others. A file that no test imports (routes
 * are found by their folder, a script by its path) brings the tests of the nearest folder that has some.
 */
export function findTestFilesOf(changed: readonly string[]): string[] {
  const graph = new ImportGraph();
  const reaches = listTestFiles().map((file) => ({ file, modules: graph.reach(file) }));
  const files = changed.flatMap((path) => {
    const importers = reaches.filter(({ modules }) => modules.has(path)).map(({ file }) => file);
    return importers.length > 0 ? importers : findNearest(path);
  });
  return [...new Set(files)];
}

function findNearest(path: string): string[] {
  const all = listTestFiles();
  for (let folder = dirname(path); folder !== '.'; folder = dirname(folder)) {
    const files = all.filter((file) => file.startsWith(`${folder}/`));
    if (files.length > 0) return files;
  }
  return [];
}

/** Files changed since this branch left `ref` (default: main), and untracked files. */
export function listChangedFiles(ref?: string): string[] {
  const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
  const branches = git('for-each-ref', '--format=%(refname)', 'refs/remotes/origin/main', 'refs/heads/main');
  const base = git('merge-base', ref ?? branches.split('\n').at(-1) ?? 'HEAD', 'HEAD');
  const lists = [git('diff', '--name-only', base), git('ls-files', '--others', '--exclude-standard')];
  return lists.flatMap((list) => (list === '' ? [] : list.split('\n')));
}
