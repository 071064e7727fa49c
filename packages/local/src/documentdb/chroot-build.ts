import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { findDebianMirror, installPackages } from '../debian.ts';
import { findExecutable } from '../executable.ts';
import { lock } from '../process-lock.ts';
import { withProgress } from '../progress.ts';
import { runCommand } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log } from '../service.ts';

/** First Debian release with the engine. The engine needs a newer libc than older releases have, hence the chroot. */
const SUITE = 'forky';
const ENGINE_PACKAGE = 'postgresql-18-documentdb';
const NAME = `${ENGINE_PACKAGE}-${SUITE}`;

/** Path of a chroot with the engine; the first call on a machine builds it (about a minute, 640 MB). */
export async function ensureChroot(cacheDir: string, log: Log): Promise<string> {
  const root = join(cacheDir, NAME);
  if (existsSync(root)) return root;
  mkdirSync(cacheDir, { recursive: true });
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the setup by process ${pid}`),
  );
  try {
    // The process that held the lock may have built it.
    if (!existsSync(root)) await build(root, cacheDir, log);
  } finally {
    setup.release();
  }
  return root;
}

async function build(root: string, cacheDir: string, log: Log): Promise<void> {
  const mirror = findDebianMirror();
  if (mirror === undefined) throw new LocalServiceError("this machine's apt sources name no Debian archive");
  for (const name of readdirSync(cacheDir)) {
    // Remains of a killed build; no other process builds while this one holds the lock.
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

/** Command in private namespaces, so that a killed build leaves no mounts and no processes. */
function buildCommand(target: string, mirror: string): string[] {
  const isolated = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
  return [
    ...isolated,
    'mmdebstrap',
    '--variant=apt',
    `--include=${ENGINE_PACKAGE}`,
    // A mirror's copy of an unreleased suite may be older than its validity period.
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--aptopt=APT::Install-Recommends "false"',
    '--dpkgopt=path-exclude=/usr/share/man/*',
    '--dpkgopt=path-exclude=/usr/share/doc/*',
    SUITE,
    target,
    mirror,
  ];
}
