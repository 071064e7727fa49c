import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { ConfigError } from '@mcp-server/shared';

/**
 * Returns the URL of the entry of an npm package, resolved from a folder, by default the working directory, as `import` does, so that
 * packages with `import` conditions only are found too. `import.meta.resolve` alone resolves from this file.
 * @throws {ConfigError} if it is not installed there or has no entry for `import`.
 */
export function resolvePackage(name: string, folder = process.cwd()): URL {
  const parentURL = pathToFileURL(join(folder, 'package.json')).href;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier === name ? { ...context, parentURL } : context),
  });
  try {
    return new URL(import.meta.resolve(name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND')
      throw new ConfigError(`PLUGINS: package "${name}" is not installed in ${folder}; install it there.`, {
        cause,
      });
    throw new ConfigError(`PLUGINS: package "${name}" cannot be imported: ${String(cause)}`, { cause });
  } finally {
    hooks.deregister();
  }
}
