import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's folders for system commands, which are not on every user's PATH. */
const SYSTEM_DIRS = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** PATH plus the system folders, for commands such as `chroot`. */
export const SYSTEM_PATH = [process.env['PATH'] ?? '', ...SYSTEM_DIRS].join(delimiter);

/** Path of an executable on PATH or in a system folder. */
export function findExecutable(name: string): string | undefined {
  for (const dir of SYSTEM_PATH.split(delimiter)) {
    const path = join(dir, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      continue;
    }
  }
  return undefined;
}
