import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** More files than any plugin that can be reloaded has; see `hashFolder`. */
const MAX_FILES = 2_001;

/**
 * Text that changes with every write to a folder's files. Only names, sizes and times are read, so it costs little to look
 * often; `hashFolder` reads the content. Undefined if the folder is gone or is changing.
 */
export async function readSignature(root: string): Promise<string | undefined> {
  const lines: string[] = [];
  const isRead = await addFolder(lines, root).then(
    () => true,
    () => false,
  );
  return isRead ? lines.join('\n') : undefined;
}

async function addFolder(lines: string[], folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name !== 'node_modules' && !name.startsWith('.'));
  for (const name of names.toSorted()) {
    if (lines.length >= MAX_FILES) return;
    const path = join(folder, name);
    const file = await stat(path);
    if (file.isDirectory()) await addFolder(lines, path);
    else lines.push(`${path} ${file.size} ${file.mtimeMs} ${file.ctimeMs} ${file.ino}`);
  }
}
