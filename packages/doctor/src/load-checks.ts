import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { Check } from './check.ts';

const DIR = join(import.meta.dirname, 'checks');
const CHECK_FILE = /^(?<name>[a-z0-9-]+)\.(?:ts|js)$/;

/** Loads the checks of the folder by name, sorted by name. */
export async function loadChecks(): Promise<Map<string, Check>> {
  const files = (await readdir(DIR)).sort();
  const checks = await Promise.all(
    files.map(async (file) => {
      const name = CHECK_FILE.exec(file)?.groups?.['name'];
      if (name === undefined) return [];
      const { default: check } = (await import(new URL(`checks/${file}`, import.meta.url).href)) as {
        default: Check;
      };
      return [[name, check] as const];
    }),
  );
  return new Map(checks.flat());
}
