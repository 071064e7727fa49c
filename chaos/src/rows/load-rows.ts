import { readdir } from 'node:fs/promises';

import type { Row } from './row.ts';

const ROW_FILE = /^f\d\d-[a-z0-9-]+\.ts$/;

const nameOf = (file: string): string => file.slice(0, file.lastIndexOf('.'));

/** Loads every row of this folder in the order of the file names; a new row is a new file. */
export async function loadRows(): Promise<Row[]> {
  const files = (await readdir(import.meta.dirname))
    .filter((name) => ROW_FILE.test(name))
    .sort((one, other) => nameOf(one).localeCompare(nameOf(other)));
  return Promise.all(
    files.map(async (name) => {
      const { default: row } = (await import(new URL(name, import.meta.url).href)) as { default: Row };
      return row;
    }),
  );
}
