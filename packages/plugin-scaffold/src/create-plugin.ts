import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Slug } from '@mcp-server/plugin-sdk/schemas';
import { builtInPlugins } from '@mcp-server/plugins';

import { packSdk } from './pack-sdk.ts';
import { UserError } from './user-error.ts';

const TEMPLATE = fileURLToPath(new URL('../template/', import.meta.url));
/** The id of the template, replaced in each of its files. */
const TEMPLATE_ID = 'plugin-id';
/** Where the package.json of the template expects the SDK. */
const SDK_TARBALL = join('vendor', 'mcp-server-plugin-sdk.tgz');
/** Present after the template's own test was run. */
const NOT_COPIED = new Set(['node_modules', 'vendor', 'package-lock.json']);

/**
 * Writes the folder of a new plugin into `parent`. @returns its path
 * @throws {UserError} on an invalid or used id, and if the folder exists.
 */
export async function createPlugin(parent: string, id: string): Promise<string> {
  await assertFreeId(id);
  const folder = join(parent, id);
  if (existsSync(folder)) throw new UserError(`${folder} exists already; choose another id or remove it.`);
  await mkdir(folder);
  try {
    await copyTemplate(folder, id);
    await packSdk(join(folder, SDK_TARBALL));
  } catch (error) {
    await rm(folder, { recursive: true });
    throw error;
  }
  return folder;
}

async function assertFreeId(id: string): Promise<void> {
  const parsed = Slug.safeParse(id);
  if (!parsed.success) {
    const rules = parsed.error.issues.map(({ message }) => message).join(', ');
    throw new UserError(`The id "${id}" is not valid: ${rules}.`);
  }
  const builtIn = await readdir(builtInPlugins, { withFileTypes: true });
  if (builtIn.some((entry) => entry.isDirectory() && entry.name === id))
    throw new UserError(`The id "${id}" belongs to a built-in plugin; choose another one.`);
}

async function copyTemplate(folder: string, id: string): Promise<void> {
  const names = (await readdir(TEMPLATE)).filter((name) => !NOT_COPIED.has(name));
  for (const name of names) {
    const text = await readFile(join(TEMPLATE, name), 'utf8');
    await writeFile(join(folder, name), text.replaceAll(TEMPLATE_ID, id));
  }
}
