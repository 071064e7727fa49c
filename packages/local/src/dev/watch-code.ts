import { relative, sep } from 'node:path';

import { watch } from 'chokidar';

/** Editors and `git checkout` write several files in a row. */
const SETTLE_MS = 150;
/** Installed packages, editors' temporary files, tests and what they use. */
const IGNORED = /(^|\/)(node_modules|testing|\..*|.*~|.*\.test\.\w+)(\/|$)/;

export interface CodeListener {
  /** Called with the last changed path when a burst of changes is over. */
  readonly onChange: (path: string) => void;
  /** Called when a folder cannot be watched, for example because the system's limit is reached. */
  readonly onError: (error: unknown) => void;
}

/** Watches the code below a folder; returns a function that stops it. */
export function watchCode(root: string, { onChange, onError }: CodeListener): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const watcher = watch(root, {
    ignoreInitial: true,
    ignored: (path) => IGNORED.test(relative(root, path).replaceAll(sep, '/')),
  });
  watcher.on('all', (_event, path) => {
    clearTimeout(timer);
    timer = setTimeout(() => onChange(path), SETTLE_MS);
  });
  watcher.on('error', onError);
  return async () => {
    clearTimeout(timer);
    await watcher.close();
  };
}
