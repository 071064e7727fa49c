import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { dieWithParent } from '../server-process.ts';

/** Path of the data directory inside the chroot. */
export const DATA_MOUNT = '/mnt';

/** Mounts are in a private namespace: invisible outside, and gone with its last process. */
const ENTER = `set -e
root=$1; data=$2; shift 2
mount --bind "$data" "$root${DATA_MOUNT}"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/dev/shm"
mount -t proc proc "$root/proc"
exec chroot "$root" setpriv --reuid=postgres --regid=postgres --clear-groups --pdeathsig KILL "$@"`;

/**
 * Wraps a command so that it runs as user postgres inside the chroot, with the data directory mounted. It is the first
 * process of its own process namespace: when it ends, the kernel kills all its children.
 */
export function chrootCommand(root: string, dataDir: string, command: readonly string[]): string[] {
  const isolated = ['unshare', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=KILL'];
  return dieWithParent([...isolated, 'sh', '-c', ENTER, 'enter', root, dataDir, ...command]);
}

/** User id of postgres inside the chroot, which owns the database's files; it differs from the one outside. */
export function postgresUserId(root: string): number {
  const passwd = readFileSync(join(root, 'etc/passwd'), 'utf8');
  const id = /^postgres:[^:]*:(\d+):/m.exec(passwd)?.[1];
  if (id === undefined) throw new Error(`${root} has no user postgres`);
  return Number(id);
}
