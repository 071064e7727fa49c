import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { PluginError } from '@mcp-server/plugin-sdk';

/** Names of the folders of plugins below `root`, sorted. Rejects if it cannot be read. */
export async function listPluginFolders(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

/** @throws {PluginError} if the folder has no entry. */
export async function findEntryFile(folder: string): Promise<URL> {
  const files = await readdir(folder);
  const entry = ['index.ts', 'index.js', 'index.mjs'].find((name) => files.includes(name));
  if (entry === undefined)
    throw new PluginError(`Plugin folder ${folder}`, ['has no index.ts, index.js or index.mjs']);
  return pathToFileURL(join(folder, entry));
}
