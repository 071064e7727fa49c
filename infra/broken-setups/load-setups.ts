import { readdir } from 'node:fs/promises';

import type { BrokenSetup } from './broken-setup.ts';

/** Loads the setups of the folder by name, sorted by name; with `only`, those alone. @throws {Error} on an unknown name. */
export async function loadSetups(only: readonly string[] = []): Promise<Map<string, BrokenSetup>> {
  const folder = new URL('setups/', import.meta.url);
  const known = (await readdir(folder)).sort().map((file) => file.replace(/\.ts$/, ''));
  const unknown = only.filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new Error(`no setup ${unknown.join(', ')}; there are: ${known.join(', ')}`);
  const names = only.length > 0 ? only : known;
  const setups = names.map(async (name) => {
    const { default: setup } = (await import(new URL(`${name}.ts`, folder).href)) as { default: BrokenSetup };
    return [name, setup] as const;
  });
  return new Map(await Promise.all(setups));
}
