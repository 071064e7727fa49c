import {
  type MarketplacePackage,
  packagesChannel,
  releaseRole,
  storeLock,
  storeProblem,
  takeRole,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { checkLock } from './check-lock.ts';
import { InstallError, runInstaller } from './installer.ts';
import type { PackageFolders } from './package-folders.ts';

const RESOLVE_MS = 120_000;
/** After a worker has died in the middle, another one goes on. */
const LEASE_MS = 15_000;
const RENEW_MS = 5_000;

/**
 * Resolves a wish to a lockfile, once for the whole fleet: one worker at a time tries, and the first result is stored.
 * True if this worker tried. @throws {InstallError} if another try may help
 */
export async function resolveWish(
  deps: Deps,
  {
    folders,
    registry,
    signal,
  }: { folders: PackageFolders; registry: string | undefined; signal: AbortSignal },
  wish: MarketplacePackage,
): Promise<boolean> {
  const { models, workerName: holder } = deps;
  const role = `marketplace:${wish._id}`;
  const take = () => takeRole(models.RoleLeaseModel, { role, holder, forMs: LEASE_MS });
  if (!(await take())) return false;
  const renewal = new PeriodicTask({
    run: async () => void (await take()),
    intervalMs: RENEW_MS,
    countFrom: 'end',
    startsAtOnce: false,
    onError: (err) => deps.log.debug({ err }, 'renewing a role failed'),
  });
  renewal.start();
  try {
    const lock = await folders.withTemporary((folder) => {
      const spec = `${wish._id}@${wish.version}`;
      const limits = { root: folders.root, timeoutMs: RESOLVE_MS, signal };
      return runInstaller({ kind: 'resolve', folder, spec, registry, lock: undefined }, limits);
    });
    checkLock(lock, { name: wish._id, version: wish.version });
    await storeLock(models.MarketplacePackageModel, wish, lock);
    await deps.producer.publish(packagesChannel(deps.config.REDIS_PREFIX), wish._id).catch(() => undefined);
  } catch (error) {
    if (!(error instanceof InstallError) || signal.aborted) throw error;
    const { message: problem, isFinal } = error;
    await storeProblem(models.MarketplacePackageModel, wish, { problem, isFinal });
    if (!isFinal) throw error;
  } finally {
    await renewal.close();
    await releaseRole(models.RoleLeaseModel, { role, holder });
  }
  return true;
}
