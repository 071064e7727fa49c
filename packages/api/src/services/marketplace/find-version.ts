import { contractVersion, errors } from '@mcp-server/shared';
import semver from 'semver';

import { isPlugin, type Manifest, type Registry } from './registry.ts';

const SDK = '@mcp-server/plugin-sdk';

/**
 * Finds the exact version that a version or tag of the registry means, if it can be a plugin of this installation. Workers
 * check the plugin itself. @throws {errors.PackageRefused} and those of the registry
 */
export async function findVersion(
  { registry }: { registry: Registry },
  name: string,
  version: string,
): Promise<string> {
  const manifest = await registry.readManifest(name, version);
  const refuse = (reason: string) => new errors.PackageRefused(`${name}@${manifest.version}`, reason);
  if (manifest.name !== name || semver.valid(manifest.version) === null)
    throw new errors.RegistryUnavailable();
  if (!isPlugin(manifest))
    throw refuse('is not a plugin: its package.json lacks the keyword "mcp-server-plugin"');
  const range = sdkRange(manifest);
  const [major = ''] = contractVersion.split('.');
  if (range !== undefined && !semver.intersects(range, `^${major}.0.0`))
    throw refuse(
      `was built for ${SDK} ${range}, but this installation has plugin contract ${contractVersion}; ` +
        `choose a version built with ${SDK}@${major}`,
    );
  return manifest.version;
}

/** Undefined if the package does not say which SDK it needs. */
function sdkRange({ dependencies, peerDependencies }: Manifest): string | undefined {
  const range = peerDependencies?.[SDK] ?? dependencies?.[SDK];
  return range !== undefined && semver.validRange(range) !== null ? range : undefined;
}
