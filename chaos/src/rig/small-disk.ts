import { spawnSync } from 'node:child_process';
import { open, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { runCommand } from '@mcp-server/local';

const CHUNK_BYTES = 65_536;

/** Mounted disks; a run that is stopped during a row unmounts them. */
const mounted = new Set<string>();
process.on('exit', () => {
  for (const path of mounted) spawnSync('umount', ['--lazy', path]);
});

/** File system in memory that can be filled to its last byte. Mounting it requires root. */
export class SmallDisk {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws {Error} if this user may not mount. */
  static async mount(path: string, sizeMiB: number): Promise<SmallDisk> {
    await mkdir(path, { recursive: true });
    await runCommand(['mount', '-t', 'tmpfs', '-o', `size=${sizeMiB}m`, 'tmpfs', path]);
    mounted.add(path);
    return new SmallDisk(path);
  }

  /** Fills the remaining space. */
  async fill(): Promise<void> {
    const ballast = await open(this.#ballast, 'w');
    try {
      for (;;) await ballast.write(Buffer.alloc(CHUNK_BYTES));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      await ballast.close();
    }
  }

  async free(): Promise<void> {
    await rm(this.#ballast, { force: true });
  }

  async close(): Promise<void> {
    await runCommand(['umount', this.path]);
    mounted.delete(this.path);
  }

  get #ballast(): string {
    return join(this.path, 'ballast');
  }
}
