import {
  isAlive,
  type MarketplacePackage,
  type MarketplacePackageView,
  type PackageInstall,
  unreadableOf,
  type WorkerSighting,
} from '@mcp-server/shared';

/** A package with what the living workers have of it. */
export function presentPackage(
  record: MarketplacePackage,
  sightings: readonly WorkerSighting[],
): MarketplacePackageView {
  const { _id: name, version, revision, state, isPinned, pluginId, problem, by, at, earlier } = record;
  const workers = sightings
    .filter(isAlive)
    .flatMap(({ worker }) => (worker.packages ?? []).map((install) => ({ worker: worker._id, install })))
    .filter(({ install }) => install.package === name)
    .map(({ worker, install }) => toWorkerInstall(worker, install));
  return {
    package: name,
    ...(pluginId === undefined ? {} : { pluginId }),
    version,
    revision,
    state,
    isPinned,
    ...(problem === undefined ? {} : { problem }),
    by,
    at: at.toISOString(),
    earlier: earlier.map((one) => ({ version: one.version, by: one.by, at: one.at.toISOString() })),
    workers,
    ...unreadableOf(record),
  };
}

const toWorkerInstall = (
  worker: string,
  { package: _package, ...install }: PackageInstall,
): MarketplacePackageView['workers'][number] => ({ worker, ...install });
