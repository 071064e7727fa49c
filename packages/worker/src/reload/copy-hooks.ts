import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A copy of a plugin's folder, and the folder that it was copied from. */
export interface PluginCopy {
  folder: string;
  origin: string;
}

interface Place {
  copy: string;
  origin: string;
}

const places: Place[] = [];
const isOwnFile = (path: string): boolean => !`/${path}`.includes('/node_modules/');

/**
 * Makes the modules of a copy find what the modules of its origin find: packages, and files outside the folder. Files of the
 * folder itself are those of the copy.
 */
export function resolveAsOrigin({ folder, origin }: PluginCopy): void {
  if (places.length === 0) hook();
  const place = {
    copy: pathToFileURL(join(folder, '/')).href,
    origin: pathToFileURL(join(origin, '/')).href,
  };
  if (!places.some(({ copy }) => copy === place.copy)) places.push(place);
}

function hook(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const { parentURL = '' } = context;
      const place = places.find(({ copy }) => parentURL.startsWith(copy));
      if (!place) return next(specifier, context);
      const { copy, origin } = place;
      const isRelative = specifier.startsWith('./') || specifier.startsWith('../');
      if (isRelative && new URL(specifier, parentURL).href.startsWith(copy)) return next(specifier, context);
      const resolved = next(specifier, {
        ...context,
        parentURL: `${origin}${parentURL.slice(copy.length)}`,
      });
      // A package that imports itself by name.
      const path = resolved.url.startsWith(origin) ? resolved.url.slice(origin.length) : undefined;
      return path !== undefined && isOwnFile(path) ? { ...resolved, url: `${copy}${path}` } : resolved;
    },
  });
}
