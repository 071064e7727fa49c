import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SHORT = 10;

const git = (...args: string[]): string =>
  execFileSync('git', args, { cwd: ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });

/** Names the tested sources: the commit, and a hash of uncommitted changes; `unknown` without git. */
export function readCommit(): string {
  try {
    const changes = git('diff', 'HEAD', '--', 'packages', 'chaos');
    const hash = createHash('sha256').update(changes).digest('hex').slice(0, SHORT);
    return git('rev-parse', 'HEAD').slice(0, SHORT) + (changes === '' ? '' : `+${hash}`);
  } catch {
    return 'unknown';
  }
}
