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
  /** What to do where nothing can be installed. */
  readonly advice: string;
}

/**
 * The path of a program: the one on PATH, else the one of Debian's package, which is installed without its service.
 * @throws {LocalServiceError} with the advice when there is none and none can be installed.
 */
export async function provideExecutable(
  { name, packageName, advice }: DebianExecutable,
  log: Log,
  cacheDir = defaultCacheDir(process.env),
): Promise<string> {
  const present = findExecutable(name);
  if (present !== undefined) return present;
  if (!canInstallPackages()) throw new LocalServiceError(advice);
  mkdirSync(cacheDir, { recursive: true });
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the set-up of process ${pid}`),
  );
  try {
    // Another process may have installed it meanwhile.
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
  const installed = findExecutable(name);
  if (installed === undefined) throw new LocalServiceError(advice);
  return installed;
}
