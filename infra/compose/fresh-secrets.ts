import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const SCRIPT = fileURLToPath(new URL('../../scripts/secrets.mjs', import.meta.url));

/** Settings of a .env that `npm run secrets` prints. */
export const freshSecrets = (): Record<string, string | undefined> =>
  parseEnv(execFileSync(process.execPath, [SCRIPT], { encoding: 'utf8' }));
