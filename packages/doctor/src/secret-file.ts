import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { z } from 'zod';

const SecretFile = z.object({ JWT_SECRET: z.string(), REFRESH_TOKEN_SECRET: z.string() });

/** Reads the secrets that an API keeps in its data folder; undefined if there are none or they are unreadable. */
export async function readSecretFile(dataDir: string): Promise<z.infer<typeof SecretFile> | undefined> {
  try {
    return SecretFile.parse(JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
