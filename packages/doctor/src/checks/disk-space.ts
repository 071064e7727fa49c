import { statfs } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

import { defineCheck, fail, type Finding, ok, warn } from '../check.ts';

const GIBIBYTE = 2 ** 30;
/** Share of the wanted space below which a disk counts as full. */
const FULL_SHARE = 0.1;
const MAKE_ROOM = 'free some space, or keep fewer logs (LOG_KEEP_FILES)';

/** Free bytes of the disk that contains a folder, or will contain it. */
async function freeBytesAt(path: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    return freeBytesAt(parent);
  }
}

function judge(name: string, free: number, wanted: number): Finding {
  const fact = `${(free / GIBIBYTE).toFixed(1)} GiB free at ${name}`;
  if (free < wanted * FULL_SHARE) return fail(fact, MAKE_ROOM);
  return free < wanted ? warn(fact, MAKE_ROOM) : ok(fact);
}

export default defineCheck({
  run: ({ env: { DATA_DIR, LOG_DIR }, freeBytes }) =>
    Promise.all(
      Object.entries({ DATA_DIR, LOG_DIR }).flatMap(([name, path]) =>
        path === undefined
          ? []
          : [freeBytesAt(resolve(path)).then((free) => judge(`${name} (${path})`, free, freeBytes))],
      ),
    ),
});
