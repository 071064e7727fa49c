// `node scripts/prose/main.ts [path…]`: searches the comments, strings and pages of the working directory's Git tree (or
// of the given paths) for the word list in rules.ts. Prints every hit and exits 1 if there is one.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';

import { checkProse } from './check-prose.ts';

/** Generated files, whose sources are checked, and the word list with its examples and test. */
const SKIPPED = /^(?:scripts\/prose\/(?:rules|check-prose\.test)\.ts|docs\/errors\.md|docs\/figures\/)/;

const listed = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...process.argv.slice(2)],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
);
// A file deleted in the work tree stays in the index until the next commit.
const paths = listed.split('\0').filter((path) => existsSync(path) && !SKIPPED.test(path));
let count = 0;
for (const path of paths) {
  for (const { line, match, rule, advice } of checkProse(path, readFileSync(path, 'utf8'))) {
    count += 1;
    console.log(`${path}:${line}: "${match}" (${rule}): ${advice}`);
  }
}
console.log(`prose: ${paths.length} files, ${count} hits`);
process.exitCode = count === 0 ? 0 : 1;
