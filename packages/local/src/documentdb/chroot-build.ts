import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { findDebianMirror, installPackages } from '../debian.ts';
import { findExecutable } from '../executable.ts';
import { lock } from '../process-lock.ts';
import { withProgress } from '../progress.ts';
import { runCommand } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log } from '../service.ts';

/** The first Debian release that carries the engine; it needs a newer libc than older releases have, hence a chroot. */
const SUITE = 'forky';
const ENGINE_PACKAGE = 'postgresql-18-documentdb';
const NAME = `${ENGINE_PACKAGE}-${SUITE}`;

/** The directory of the engine's own small Debian, built at the first call on a machine: about a minute and 640 MB. */
export async function ensureChroot(cacheDir: string, log: Log): Promise<string> {
  const root = join(cacheDir, NAME);
  if (existsSync(root)) return root;
  mkdirSync(cacheDir, { recursive: true });
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the set-up of process ${pid}`),
  );
  try {
    // The process that was waited for may have built it.
    if (!existsSync(root)) await build(root, cacheDir, log);
  } finally {
    setup.release();
  }
  return root;
}

async function build(root: string, cacheDir: string, log: Log): Promise<void> {
  const mirror = findDebianMirror();
  if (mirror === undefined)
    throw new LocalServiceError("no Debian archive is named in this machine's apt sources");
  for (const name of readdirSync(cacheDir)) {
    // What a killed build left; nobody else builds while the lock is held.
    if (name.startsWith(`${NAME}.building`)) rmSync(join(cacheDir, name), { recursive: true, force: true });
  }
  if (findExecutable('mmdebstrap') === undefined) {
    await withProgress(log, 'installing mmdebstrap', () => installPackages(['mmdebstrap']));
  }
  const building = join(cacheDir, `${NAME}.building.${process.pid}`);
  await withProgress(log, `building the DocumentDB engine (PostgreSQL 18, about a minute, once)`, () =>
    runCommand(buildCommand(building, mirror)),
  );
  renameSync(building, root);
}

/** In private namespaces, so that a killed build leaves neither mounts nor processes. */
function buildCommand(target: string, mirror: string): string[] {
  const isolated = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
  return [
    ...isolated,
    'mmdebstrap',
    '--variant=apt',
    `--include=${ENGINE_PACKAGE}`,
    // A mirror's copy of a release that is not out yet may be older than its validity says.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    SUITE,
    target,
    mirror,
  ];
}
