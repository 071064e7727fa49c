import { createHash, type Hash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';

import type { Plugin } from '@mcp-server/plugin-sdk';

/** A larger folder is more than code, and takes long to read at every start. */
const MAX_FILES = 2_000;
const MAX_BYTES = 67_108_864;

const hashes = new WeakMap<Plugin, string>();

/** SHA-256 of the code that a plugin was loaded from, hex; undefined if it is not known. */
export const codeHashOf = (plugin: Plugin): string | undefined => hashes.get(plugin);

/** Notes the code of a plugin; each copy of the code has a plugin of its own. */
export function noteCodeHash(plugin: Plugin, hash: string | undefined): void {
  if (hash !== undefined) hashes.set(plugin, hash);
}

/**
 * SHA-256 over the names and contents of a folder's files, without `node_modules` and hidden ones; undefined if it cannot be
 * read or is too large.
 */
export async function hashFolder(root: string): Promise<string | undefined> {
  const hash = createHash('sha256');
  const left = { files: MAX_FILES, bytes: MAX_BYTES };
  const isWhole = await addFolder(hash, left, { root, folder: root }).catch(() => false);
  return isWhole ? hash.digest('hex') : undefined;
}

async function addFolder(
  hash: Hash,
  left: { files: number; bytes: number },
  { root, folder }: { root: string; folder: string },
): Promise<boolean> {
  const names = (await readdir(folder)).filter((name) => name !== 'node_modules' && !name.startsWith('.'));
  for (const name of names.toSorted()) {
    const path = join(folder, name);
    const { size, isFolder, isFile } = await look(path);
    if (isFolder && !(await addFolder(hash, left, { root, folder: path }))) return false;
    if (!isFile) continue;
    left.files -= 1;
    left.bytes -= size;
    if (left.files < 0 || left.bytes < 0) return false;
    // The length separates the name from the content, so that no two folders look the same.
    const content = await readFile(path);
    hash.update(JSON.stringify([relative(root, path), content.length])).update(content);
  }
  return true;
}

async function look(path: string): Promise<{ size: number; isFolder: boolean; isFile: boolean }> {
  const found = await stat(path);
  return { size: found.size, isFolder: found.isDirectory(), isFile: found.isFile() };
}

/** Folder of an npm package, from a file in it. */
export async function packageRoot(file: string): Promise<string> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const isRoot = await stat(join(folder, 'package.json')).then(
      () => true,
      () => false,
    );
    if (isRoot || basename(folder) === 'node_modules' || folder === dirname(folder)) return folder;
  }
}
