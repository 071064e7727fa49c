import { cp, mkdtemp, realpath, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import { hashFolder } from '../catalogue/code-hash.ts';
import type { PluginCopy } from './copy-hooks.ts';

/** Copies of plugins' folders in the system's folder for temporary files, one for each code, until this process ends. */
export class PluginCopies {
  #root: Promise<string> | undefined;

  /**
   * Copies a folder whose content has this hash. Undefined if the content changes during the copy. A copy has a path of its own, so its modules
   * are loaded beside those of the code before.
   */
  async create(folder: string, hash: string): Promise<PluginCopy | undefined> {
    this.#root ??= realpath(tmpdir()).then((place) => mkdtemp(join(place, 'mcp-server-plugins-')));
    const origin = await realpath(folder);
    const copy = join(await this.#root, hash, basename(origin));
    if (!(await isThere(copy)))
      await cp(origin, copy, {
        recursive: true,
        dereference: true,
        filter: (path) => path === origin || isCode(basename(path)),
      });
    const isWhole = (await hashFolder(copy)) === hash && (await hashFolder(folder)) === hash;
    if (isWhole) return { folder: copy, origin };
    await rm(copy, { recursive: true, force: true });
    return undefined;
  }

  async close(): Promise<void> {
    const root = await this.#root?.catch(() => undefined);
    if (root !== undefined) await rm(root, { recursive: true, force: true });
  }
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const isCode = (name: string): boolean => name !== 'node_modules' && !name.startsWith('.');
