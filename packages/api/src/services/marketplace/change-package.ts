import {
  errors,
  listPackages,
  MAX_EARLIER_VERSIONS,
  MAX_PACKAGES,
  type MarketplacePackage,
  type Models,
  type PackageChange,
  writePackage,
} from '@mcp-server/shared';

import type { Notifier } from '../../redis/notifier.ts';
import { type AuditCaller, type AuditDeps, audited } from '../audit/audit.ts';
import { findVersion } from './find-version.ts';
import type { Registry } from './registry.ts';

interface PackageDeps extends AuditDeps {
  models: Models;
  registry: Registry;
  notifier: Notifier;
}

/** Time that a removed package is still shown, with what workers have of it. */
const KEEP_REMOVED_MS = 86_400_000;

interface VersionRequest {
  name: string;
  /** A version or a tag. */
  version: string;
}

/** Asks the fleet to install a package. @throws {errors.PackageConflict} if it is installed, and those of `findVersion` */
export function installPackage(
  deps: PackageDeps,
  caller: AuditCaller,
  { name, version: asked }: VersionRequest,
): Promise<MarketplacePackage> {
  return change(deps, caller, { action: 'install', name, details: { version: asked } }, async (note) => {
    const packages = await listPackages(deps.models.MarketplacePackageModel, { state: 1 });
    if (packages.filter(({ state }) => state !== 'removed').length >= MAX_PACKAGES)
      throw new errors.PackageConflict(
        name,
        `is one too many: ${MAX_PACKAGES} are installed; remove one first`,
      );
    const version = await findVersion(deps, name, asked);
    note({ version });
    return (existing) => {
      if (existing && existing.state !== 'removed')
        throw new errors.PackageConflict(name, `is installed at ${existing.version}; upgrade it instead`);
      return {
        ...(existing?.pluginId === undefined ? {} : { pluginId: existing.pluginId }),
        state: 'resolving',
        version,
        isPinned: false,
        by: caller.principal.userId,
        earlier: [],
      };
    };
  });
}

/** Asks the fleet for another version. @throws {errors.PackageConflict} if it is pinned or has that version */
export function upgradePackage(
  deps: PackageDeps,
  caller: AuditCaller,
  { name, version: asked }: VersionRequest,
): Promise<MarketplacePackage> {
  return change(deps, caller, { action: 'upgrade', name, details: { version: asked } }, async (note) => {
    const version = await findVersion(deps, name, asked);
    note({ version });
    return (existing) => {
      const current = requireInstalled(existing);
      if (current.isPinned)
        throw new errors.PackageConflict(name, `is pinned to ${current.version}; unpin it first`);
      if (current.version === version && current.state !== 'refused')
        throw new errors.PackageConflict(name, `is at ${version} already`);
      const { lock, version: left, by, at } = current;
      const earlier = [...(lock === undefined ? [] : [{ version: left, lock, by, at }]), ...current.earlier];
      return {
        ...keep(current),
        state: 'resolving',
        version,
        by: caller.principal.userId,
        earlier: earlier.slice(0, MAX_EARLIER_VERSIONS),
      };
    };
  });
}

/** Returns to the version before, whose lockfile is stored. @throws {errors.PackageConflict} if there is none */
export function rollBackPackage(
  deps: PackageDeps,
  caller: AuditCaller,
  name: string,
): Promise<MarketplacePackage> {
  return change(deps, caller, { action: 'rollback', name }, async (note) => (existing) => {
    const current = requireInstalled(existing);
    const [target, ...earlier] = current.earlier;
    if (!target) throw new errors.PackageConflict(name, 'has no earlier version');
    note({ from: current.version, version: target.version });
    return {
      ...keep(current),
      state: 'resolved',
      version: target.version,
      lock: target.lock,
      by: caller.principal.userId,
      earlier,
    };
  });
}

/** A pinned package is not upgraded until it is unpinned. */
export function pinPackage(
  deps: PackageDeps,
  caller: AuditCaller,
  { name, isPinned }: { name: string; isPinned: boolean },
): Promise<MarketplacePackage> {
  return change(deps, caller, { action: isPinned ? 'pin' : 'unpin', name }, async () => (existing) => {
    const {
      revision: _revision,
      createdAt: _created,
      updatedAt: _updated,
      ...current
    } = requireInstalled(existing);
    const { _id, at: _at, expiresAt: _expires, ...fields } = current;
    return { ...fields, isPinned };
  });
}

/** Removes a package from the fleet. */
export function removePackage(
  deps: PackageDeps,
  caller: AuditCaller,
  name: string,
): Promise<MarketplacePackage> {
  return change(deps, caller, { action: 'remove', name }, async (note) => (existing) => {
    const current = requireInstalled(existing);
    note({ version: current.version });
    return {
      ...keep(current),
      state: 'removed',
      version: current.version,
      by: caller.principal.userId,
      earlier: [],
      keepMs: KEEP_REMOVED_MS,
    };
  });
}

const keep = ({ isPinned, pluginId }: MarketplacePackage) => ({
  isPinned,
  ...(pluginId === undefined ? {} : { pluginId }),
});

function requireInstalled(existing: MarketplacePackage | undefined): MarketplacePackage {
  if (!existing || existing.state === 'removed') throw new errors.NotFound('installed package');
  return existing;
}

type Note = Parameters<Parameters<typeof audited>[3]>[0];
type Decide = (existing: MarketplacePackage | undefined) => PackageChange;

interface Change {
  action: 'install' | 'upgrade' | 'rollback' | 'pin' | 'unpin' | 'remove';
  name: string;
  details?: Record<string, string>;
}

/** Writes a change between two writes of its audit event, and tells the workers; they look by themselves too. */
function change(
  deps: PackageDeps,
  caller: AuditCaller,
  { action, name, details = {} }: Change,
  prepare: (note: Note) => Promise<Decide>,
): Promise<MarketplacePackage> {
  const entry = { action: `marketplace.${action}`, target: name, details } as const;
  return audited(deps, caller, entry, async (note) => {
    const decide = await prepare(note);
    const written = await writePackage(deps.models.MarketplacePackageModel, name, decide);
    await deps.notifier.packagesChanged(name);
    return written;
  });
}
