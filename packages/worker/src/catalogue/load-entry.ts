import { fileURLToPath } from 'node:url';

import { type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { describeError } from '@mcp-server/plugin-sdk/attempt';

import { readPlugin } from './read-plugin.ts';

/** Reads the plugin of an entry file, whose default export `load` resolves to. @throws {PluginError} if it cannot be used */
export async function loadEntry(entry: URL, load: () => Promise<unknown>): Promise<Plugin> {
  const file = fileURLToPath(entry);
  const loaded = await load().catch((error: unknown) => {
    // By name, not by class: a plugin may bring its own copy of the SDK.
    const isDeclaration = error instanceof Error && error.name === 'PluginError';
    const { subject, problems } = error as PluginError;
    if (isDeclaration) throw new PluginError(`${subject} (${file})`, problems);
    throw new PluginError(`Plugin ${file}`, [`cannot be loaded: ${describeError(error).message}`], {
      cause: error,
    });
  });
  return readPlugin(file, loaded);
}

/** A plugin can be broken in ways that no check foresees. */
export const toPluginError = (name: string, error: unknown): PluginError =>
  error instanceof PluginError
    ? error
    : new PluginError(`Plugin ${name}`, [`cannot be read: ${describeError(error).message}`], {
        cause: error,
      });
