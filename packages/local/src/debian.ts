import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runCommand } from './server-process.ts';

/** Another apt on this machine may hold dpkg's lock. */
const LOCK_TIMEOUT = 'DPkg::Lock::Timeout=180';

/** Whether this process can install packages: as root on Debian. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Installs Debian packages. RUNLEVEL=1 keeps their services from starting: Debian's Redis would take port 6379. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', '-o', LOCK_TIMEOUT, ...names];
  try {
    await runCommand(install, env);
  } catch {
    // The package lists may be missing, as on a fresh image, or list versions that are no longer in the archive.
    await runCommand(['apt-get', 'update'], env);
    await runCommand(install, env);
  }
}

/** URI of the Debian archive in apt's sources; undefined if there is none. */
export function findDebianMirror(aptDir = '/etc/apt'): string | undefined {
  const texts = sourceFiles(aptDir).map((path) => readFileSync(path, 'utf8'));
  return texts.flatMap(archiveUris).find((uri) => /\/debian\/?$/.test(uri));
}

function sourceFiles(aptDir: string): string[] {
  const partsDir = join(aptDir, 'sources.list.d');
  const parts = existsSync(partsDir) ? readdirSync(partsDir).toSorted() : [];
  return [join(aptDir, 'sources.list'), ...parts.map((name) => join(partsDir, name))].filter(
    (path) => existsSync(path) && /\.(list|sources)$/.test(path),
  );
}

/** URIs in both formats of apt's sources: one-line (`deb [options] URI suite …`) and deb822 (`URIs: …`). */
function archiveUris(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const oneLine = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1];
    if (oneLine !== undefined) return [oneLine];
    return /^URIs:\s*(.+)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
  });
}
