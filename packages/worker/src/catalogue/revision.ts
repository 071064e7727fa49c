import { createHash, scryptSync } from 'node:crypto';

import type { Plugin } from '@mcp-server/plugin-sdk';

import { codeHashOf } from './code-hash.ts';

const HASH_BYTES = 32;

const settingsHashes = new WeakMap<Plugin, string>();

/**
 * Notes the environment texts that settings were read from. Hashed slowly, because the hash is stored and a secret among the
 * texts may be easy to guess.
 */
export function noteSettings(plugin: Plugin, given: Readonly<Record<string, string>>): void {
  if (!isCaching(plugin)) return;
  const texts = Object.entries(given).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const hash = scryptSync(JSON.stringify(texts), `settings of ${plugin.id}`, HASH_BYTES);
  settingsHashes.set(plugin, hash.toString('hex'));
}

/** True if the plugin declares a cache for any of its actions. */
const isCaching = ({ actions }: Plugin): boolean => Object.values(actions).some(({ cache }) => cache);

/**
 * Identifies the code and the settings of a plugin: an edit or another setting changes it. Undefined if its code is not known,
 * and if it caches nothing.
 */
export function revisionOf(plugin: Plugin): string | undefined {
  const code = codeHashOf(plugin);
  if (code === undefined || !isCaching(plugin)) return undefined;
  // A package of the marketplace has the defaults of its own code only.
  const given = settingsHashes.get(plugin);
  return createHash('sha256')
    .update(JSON.stringify([code, given ?? 'defaults']))
    .digest('hex');
}
