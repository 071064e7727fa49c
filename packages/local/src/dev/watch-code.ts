import { relative, sep } from 'node:path';

import { watch } from 'chokidar';

/** Editors and `git checkout` write several files in a row. */
const SETTLE_MS = 150;
/** Installed packages, editors' temporary files, tests and what they use. */
const IGNORED = /(^|\/)(node_modules|testing|\..*|.*~|.*\.test\.\w+)(\/|$)/;

/** Calls `onChange` with the last changed path when a burst of changes is over; returns a function that stops it. */
export function watchCode(root: string, onChange: (path: string) => void): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path) => IGNORED.test(relative(root, path).replaceAll(sep, '/')),
  });
  watcher.on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), SETTLE_MS);
  });
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
