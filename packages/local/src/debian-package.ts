import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defaultCacheDir } from './cache-dir.ts';
import { findDebianMirror } from './debian.ts';
import { findExecutable } from './executable.ts';
import { lock } from './process-lock.ts';
import { withProgress } from './progress.ts';
import { runCommand } from './server-process.ts';
import { LocalServiceError } from './service-error.ts';
import type { Log } from './service.ts';

/** Keys of Debian's releases; apt checks the signature of the lists, and they hold the hash of the package. */
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * The folder of a package of a Debian release, unpacked without installing it and without its dependencies. It is
 * fetched once, from the archive in this machine's apt sources.
 * @throws {LocalServiceError} where there is no apt, no such package or no network.
 */
export async function unpackDebianPackage(
  { name, suite }: { name: string; suite: string },
  log: Log,
  cacheDir = defaultCacheDir(process.env),
): Promise<string> {
  const folder = join(cacheDir, `${name}-${suite}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cacheDir, { recursive: true });
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the set-up of process ${pid}`),
  );
  try {
    // Another process may have unpacked it in the meantime.
    if (!existsSync(folder)) await fetchAndUnpack(name, suite, folder, log);
  } catch (error) {
    throw new LocalServiceError(`Debian ${suite}'s package ${name} cannot be fetched: ${String(error)}`, {
      cause: error,
    });
  } finally {
    setup.release();
  }
  return folder;
}

async function fetchAndUnpack(name: string, suite: string, folder: string, log: Log): Promise<void> {
  const mirror = findDebianMirror();
  if (mirror === undefined) throw new Error("no Debian archive is named in this machine's apt sources");
  if (findExecutable('apt-get') === undefined) throw new Error('apt-get is missing');
  const work = `${folder}.${process.pid}`;
  for (const part of ['state/lists/partial', 'cache/archives/partial', 'deb'])
    mkdirSync(join(work, part), { recursive: true });
  writeFileSync(join(work, 'sources.list'), `deb [signed-by=${KEYRING}] ${mirror} ${suite} main\n`);
  writeFileSync(join(work, 'status'), '');
  const apt = ['apt-get', '--quiet', ...privateApt(work)];
  try {
    await withProgress(log, `fetching ${name} of Debian ${suite}`, async () => {
      await runCommand([...apt, 'update']);
      await runCommand(['sh', '-c', 'cd "$0" && exec "$@"', join(work, 'deb'), ...apt, 'download', name]);
    });
    const [file = ''] = readdirSync(join(work, 'deb'));
    await runCommand(['dpkg-deb', '--extract', join(work, 'deb', file), join(work, 'unpacked')]);
    renameSync(join(work, 'unpacked'), folder);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** Options with which apt leaves the machine's own lists and cache alone. */
function privateApt(work: string): string[] {
  const options = {
    'Dir::Etc::SourceList': join(work, 'sources.list'),
    'Dir::Etc::SourceParts': '/dev/null',
    'Dir::State': join(work, 'state'),
    'Dir::State::status': join(work, 'status'),
    'Dir::Cache': join(work, 'cache'),
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
  };
  return Object.entries(options).flatMap(([option, value]) => ['-o', `${option}=${value}`]);
}
