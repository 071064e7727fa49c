import { MAX_LOCK_BYTES } from '@mcp-server/shared';
import { z } from 'zod';

import { InstallError } from './installer.ts';

const Locked = z.object({
  version: z.string().optional(),
  resolved: z.string().optional(),
  integrity: z.string().optional(),
  link: z.boolean().optional(),
  inBundle: z.boolean().optional(),
});
const Lock = z.object({ lockfileVersion: z.literal(3), packages: z.record(z.string(), Locked) });

/** A path such as `node_modules/a/node_modules/@b/c`: nothing that leads out of the folder. */
const PLACE = /^(?:node_modules\/(?:@[a-z0-9~][\w.~-]*\/)?[a-z0-9~_][\w.~-]*\/?)+$/i;

/**
 * Checks that a lockfile installs only what was downloaded from a registry and has a strong checksum.
 * @throws {InstallError} that names the package and the rule
 */
export function checkLock(text: string, { name, version }: { name: string; version: string }): void {
  const refuse = (reason: string) => new InstallError(reason, { isFinal: true });
  if (Buffer.byteLength(text) > MAX_LOCK_BYTES)
    throw refuse(`its lockfile is larger than ${MAX_LOCK_BYTES} bytes`);
  const { success, data: lock } = Lock.safeParse(JSON.parse(text));
  if (!success) throw refuse('its lockfile cannot be read');
  if (lock.packages[`node_modules/${name}`]?.version !== version)
    throw refuse(`its lockfile does not hold version ${version}`);
  for (const [place, { resolved = '', integrity = '', link, inBundle }] of Object.entries(lock.packages)) {
    if (place === '') continue;
    if (!PLACE.test(place)) throw refuse(`"${place}" is not a place for a package`);
    // Bundled packages are part of a tarball that has a checksum.
    if (inBundle) continue;
    if (link || !/^https?:/.test(resolved)) throw refuse(`${place} does not come from a registry`);
    if (!/(?:^|\s)sha(?:512|384|256)-/.test(integrity)) throw refuse(`${place} has no sha512 checksum`);
  }
}
