import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { runCommand } from './server-process.ts';

/** Another apt on the machine may hold dpkg's lock for a while. */
const LOCK_TIMEOUT = 'DPkg::Lock::Timeout=180';

/** Whether packages can be installed here: root on Debian. */
export function canInstallPackages(): boolean {
  return process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');
}

/** Installs Debian packages. With RUNLEVEL=1 invoke-rc.d starts no service: Debian's own Redis would take port 6379. */
export async function installPackages(names: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const install = ['apt-get', 'install', '-y', '--no-install-recommends', '-o', LOCK_TIMEOUT, ...names];
  try {
    await runCommand(install, env);
  } catch {
    // The lists may be missing, as on a fresh image, or name versions that the archive no longer has.
    await runCommand(['apt-get', 'update'], env);
    await runCommand(install, env);
  }
}

/** The archive from which this machine installs Debian itself, read from apt's sources. */
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

/** The URIs in both formats: one-line (`deb [options] URI suite …`) and deb822 (`URIs: …`). */
function archiveUris(text: string): string[] {
  return text.split('\n').flatMap((line) => {
    const oneLine = /^deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s/.exec(line)?.[1];
    if (oneLine !== undefined) return [oneLine];
    return /^URIs:\s*(.+)$/i.exec(line)?.[1]?.trim().split(/\s+/) ?? [];
  });
}
