import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { dieWithParent } from '../server-process.ts';

/** Where the data directory is seen inside the chroot. */
export const DATA_MOUNT = '/mnt';

/** Mounts live in a private namespace: they vanish with the last process in it, and nothing outside ever sees them. */
const ENTER = `set -e
root=$1; data=$2; shift 2
mount --bind "$data" "$root${DATA_MOUNT}"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
exec chroot "$root" setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig KILL "$@"`;

/**
 * A command run as user postgres inside the chroot, with the data directory mounted. It is the first process of its own
 * process namespace: when it ends, in whatever way, the kernel kills all its children, so that none outlives it.
 */
export function chrootCommand(root: string, dataDir: string, command: readonly string[]): string[] {
  const isolated = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
  return dieWithParent([...isolated, 'sh', '-c', ENTER, 'enter', root, dataDir, ...command]);
}

/** The numeric user id that owns the database's files; it differs from what the same name means outside the chroot. */
export function postgresUserId(root: string): number {
  const passwd = readFileSync(join(root, 'etc/passwd'), 'utf8');
  const id = /^postgres:[^:]*:(\d+):/m.exec(passwd)?.[1];
  if (id === undefined) throw new Error(`${root} has no user postgres`);
  return Number(id);
}
