import { randomBytes } from 'node:crypto';
import { chmod, link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '@mcp-server/shared/env-file';

const KEY_BYTES = 32;
const OWNER_ONLY = 0o600;

/**
 * The `SECRETS_KEY` of this data folder, which the first start generates. The secrets in its database are lost without it.
 * @throws {ConfigError} if the file cannot be created or read.
 */
export async function loadSecretsKey(dataDir: string): Promise<string> {
  const path = join(dataDir, 'secrets-key');
  try {
    await createOnce(path);
    await chmod(path, OWNER_ONLY);
    return (await readFile(path, 'utf8')).trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`DATA_DIR: cannot create or read ${path} (${code}); fix that, or set SECRETS_KEY`, {
      cause,
    });
  }
}

/** Links a complete file, so that a kill in the middle leaves no part of a key. */
async function createOnce(path: string): Promise<void> {
  const draft = `${path}.${process.pid}-${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${randomBytes(KEY_BYTES).toString('hex')}\n`, { mode: OWNER_ONLY, flag: 'wx' });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
