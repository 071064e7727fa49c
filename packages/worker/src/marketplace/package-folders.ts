import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Age at which an unfinished folder is deleted; an installation is stopped long before. */
const STALE_MS = 900_000;
const TEMPORARY = '.tmp-';

/**
 * The folders of installed packages, one for each lockfile, named by its hash. They can be shared by workers: a folder
 * appears in one rename, with everything in it, and never changes.
 */
export class PackageFolders {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  /** Name of the folder of a lockfile. */
  static nameOf(name: string, lock: string): string {
    return createHash('sha256').update(`${name}\n${lock}`).digest('hex').slice(0, 40);
  }

  pathOf(folder: string): string {
    return join(this.root, folder);
  }

  async has(folder: string): Promise<boolean> {
    return (await stat(this.pathOf(folder)).catch(() => undefined))?.isDirectory() ?? false;
  }

  /** Creates an empty folder for `work` and deletes it afterwards, unless `work` has moved it. */
  async withTemporary<T>(work: (path: string) => Promise<T>): Promise<T> {
    const path = join(this.root, `${TEMPORARY}${randomBytes(8).toString('hex')}`);
    await mkdir(path, { recursive: true });
    try {
      return await work(path);
    } finally {
      await rm(path, { recursive: true, force: true });
    }
  }

  /** Publishes a complete folder. If another worker came first, its folder is the same. */
  async publish(path: string, folder: string): Promise<void> {
    await rename(path, this.pathOf(folder)).catch(async (error: unknown) => {
      if (!(await this.has(folder))) throw error;
    });
  }

  /** Deletes folders that nothing refers to, and what dead workers left unfinished. */
  async deleteOthers(isWanted: (folder: string) => boolean): Promise<void> {
    const names = await readdir(this.root).catch(() => []);
    for (const name of names) {
      if (isWanted(name)) continue;
      const path = this.pathOf(name);
      if (name.startsWith(TEMPORARY)) {
        const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
        if (age > STALE_MS) await rm(path, { recursive: true, force: true });
        // Other files in the folder are not ours.
      } else if (/^[0-9a-f]{40}$/.test(name)) await this.#delete(path);
    }
  }

  /** Renamed first, so that no worker ever sees half a folder. */
  async #delete(path: string): Promise<void> {
    const aside = join(this.root, `${TEMPORARY}${randomBytes(8).toString('hex')}`);
    const isMine = await rename(path, aside).then(
      () => true,
      () => false,
    );
    if (isMine) await rm(aside, { recursive: true, force: true });
  }
}
