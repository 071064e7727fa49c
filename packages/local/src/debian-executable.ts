import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { defaultCacheDir } from './cache-dir.ts';
import { canInstallPackages, installPackages } from './debian.ts';
import { findExecutable } from './executable.ts';
import { lock } from './process-lock.ts';
import { withProgress } from './progress.ts';
import { LocalServiceError } from './service-error.ts';
import type { Log } from './service.ts';

export interface DebianExecutable {
  readonly name: string;
  readonly packageName: string;
  /** Instructions for machines where no package can be installed. */
  readonly advice: string;
}

/**
 * Path of a program: from PATH, or from Debian's package, which is installed without starting its service.
 * @throws {LocalServiceError} with the advice if the program is missing and cannot be installed.
 */
export async function provideExecutable(
  { name, packageName, advice }: DebianExecutable,
  log: Log,
  cacheDir = defaultCacheDir(process.env),
): Promise<string> {
  const path = findExecutable(name);
  if (path !== undefined) return path;
  if (!canInstallPackages()) throw new LocalServiceError(advice);
  mkdirSync(cacheDir, { recursive: true });
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the setup by process ${pid}`),
  );
  try {
    // Another process may have installed it in the meantime.
    if (findExecutable(name) === undefined) {
      await withProgress(log, `installing Debian's ${packageName} (its service is not started)`, () =>
        installPackages([packageName]),
      );
    }
  } catch (error) {
    throw new LocalServiceError(`${advice}\n${String(error)}`, { cause: error });
  } finally {
    setup.release();
  }
  const installedPath = findExecutable(name);
  if (installedPath === undefined) throw new LocalServiceError(advice);
  return installedPath;
}
