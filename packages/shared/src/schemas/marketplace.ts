import { z } from 'zod';

import { Unreadable } from './primitives.ts';
import { JsonObjectText, StoredTime } from './stored-value.ts';

/** Keyword in `package.json` of every npm package that is a plugin. */
export const PLUGIN_KEYWORD = 'mcp-server-plugin';

/** Name of an npm package, with or without a scope. */
export const PackageName = z
  .string()
  .max(214)
  .regex(/^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/, 'must be the name of an npm package');

/** Version or dist-tag of a package; ranges are not taken, because an admin decides about one version. */
export const PackageVersion = z
  .string()
  .regex(/^[A-Za-z0-9][\w.+-]{0,63}$/, 'must be a version such as 1.2.0, or a tag such as latest');

/** Earlier versions that a package can be rolled back to, without the registry. */
export const MAX_EARLIER_VERSIONS = 4;

/** Lockfiles are stored in one document; this leaves room for all of them. */
export const MAX_LOCK_BYTES = 1_048_576;

/**
 * `resolving`: a worker looks for the versions of all dependencies. `resolved`: there is a lockfile, which all workers
 * install. `refused`: it cannot be resolved as it is. `removed`: no worker keeps it.
 */
export const PackageState = z.enum(['resolving', 'resolved', 'refused', 'removed']);
export type PackageState = z.infer<typeof PackageState>;

/** A version of a package with everything that it depends on. */
export const ResolvedVersion = z.object({
  version: z.string(),
  /** JSON text of an npm lockfile: the exact version and integrity of each package. */
  lock: JsonObjectText,
  /** Account that asked for it. */
  by: z.string(),
  at: StoredTime,
});
export type ResolvedVersion = z.infer<typeof ResolvedVersion>;

/** Wish of the admins for an npm package, as stored in `marketplacepackages`; `_id` is its name. */
export const MarketplacePackage = z.object({
  _id: z.string(),
  /** Raised by every change; a result for another revision is dropped. */
  revision: z.int().min(1).max(1_000_000_000),
  state: PackageState,
  version: z.string(),
  /** Missing until it is resolved. */
  lock: JsonObjectText.optional(),
  /** Id of its plugin, taken by the first worker that read it; no other package may have it. */
  pluginId: z.string().optional(),
  isPinned: z.boolean(),
  /** Reason why it is not resolved. */
  problem: z.string().optional(),
  by: z.string(),
  /** Database clock. */
  at: StoredTime,
  /** Newest first. */
  earlier: z.array(ResolvedVersion).max(MAX_EARLIER_VERSIONS),
  /** Set when it is removed. */
  expiresAt: StoredTime.optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type MarketplacePackage = z.infer<typeof MarketplacePackage>;

/** `installing`: files are being fetched or checked. `ready`: its actions run. `failed`: tried again. `refused`: not tried again. */
export const InstallState = z.enum(['installing', 'ready', 'failed', 'refused']);
export type InstallState = z.infer<typeof InstallState>;

/** State of a package on one worker, as part of its record. */
export const PackageInstall = z.object({
  package: z.string(),
  revision: z.int(),
  /** Version that it was asked for. */
  version: z.string(),
  state: InstallState,
  /** Version whose actions run now; missing if there is none. */
  running: z.string().optional(),
  problem: z.string().optional(),
});
export type PackageInstall = z.infer<typeof PackageInstall>;

/** A package of the registry in a response. */
export const RegistryHit = z.object({
  package: z.string(),
  version: z.string(),
  description: z.string(),
  publisher: z.string().optional(),
  publishedAt: z.string().optional(),
  isInstalled: z.boolean(),
});
export type RegistryHit = z.infer<typeof RegistryHit>;

const WorkerInstall = PackageInstall.omit({ package: true }).extend({ worker: z.string() });

/** A package of the marketplace in a response. */
export const MarketplacePackageView = z.object({
  package: z.string(),
  pluginId: z.string().optional().describe('Id of its plugin, once a worker has read it'),
  version: z.string(),
  revision: z.int(),
  state: PackageState,
  isPinned: z.boolean(),
  problem: z.string().optional(),
  by: z.string().describe('Id of the account that asked for it'),
  at: z.iso.datetime(),
  earlier: z
    .array(z.object({ version: z.string(), by: z.string(), at: z.iso.datetime() }))
    .describe('Versions that it can be rolled back to, newest first'),
  workers: z.array(WorkerInstall).describe('State on each living worker that takes packages'),
  unreadable: Unreadable,
});
export type MarketplacePackageView = z.infer<typeof MarketplacePackageView>;
