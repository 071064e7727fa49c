import { accessSync, constants } from 'node:fs';

import { ConfigError } from './load.ts';

export { ConfigError, EXIT_CONFIG } from './load.ts';
export { buildSettingsMask } from './mask-settings.ts';
export { databaseOf } from '../connections/mongodb-database.ts';

const DEFAULT_FILE = '.env';
const NO_FILE = 'none';

/** Environment of a process that must not read a file: its parent has read it, or it is a test. */
export const NO_ENV_FILE = { ENV_FILE: NO_FILE } as const;

/**
 * Reads settings from a file into `process.env`; variables that are set already win, also empty ones. The file is
 * `.env` in the current folder, or the one that `ENV_FILE` names (`none`: no file). Only the entry points of processes
 * call this, so importing code and running it in tests reads nothing.
 * @returns the path that was read; undefined when there is no `.env`.
 * @throws {ConfigError} when the file cannot be read, or `ENV_FILE` names one that does not exist.
 */
export function loadEnvFile(): string | undefined {
  const named = process.env['ENV_FILE'] || undefined;
  if (named === NO_FILE) return undefined;
  const path = named ?? DEFAULT_FILE;
  try {
    // loadEnvFile reports every file that it cannot open as missing.
    accessSync(path, constants.R_OK);
    process.loadEnvFile(path);
    return path;
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' && named === undefined) return undefined;
    throw new ConfigError(`${path}: ${describe(code)}; fix that, or set ENV_FILE=none to read no file`, {
      cause,
    });
  }
}

function describe(code: string): string {
  if (code === 'ENOENT') return 'named by ENV_FILE, does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not read it';
  return 'is not a readable text file';
}
