import { mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import type { Log } from '../service.ts';

/**
 * Appends lines to the log file of a process; synchronously, so that the last ones are not lost at the exit. A disk that
 * takes none costs one line of `log`.
 */
export function openLogFile(logDir: string, name: string, log: Log): (line: string) => void {
  const path = join(logDir, `${name}.log`);
  let isReported = false;
  const attempt = <T>(action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (!isReported)
        log(`the log file ${path} cannot be written (${code}); the ${name} goes on without it`);
      isReported = true;
      return undefined;
    }
  };
  const file = attempt(() => {
    mkdirSync(logDir, { recursive: true });
    return openSync(path, 'a');
  });
  return (line) => void (file === undefined ? undefined : attempt(() => writeSync(file, `${line}\n`)));
}
