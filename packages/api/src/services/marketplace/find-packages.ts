import {
  errors,
  findPackage,
  listPackages,
  listWorkerSightings,
  type MarketplacePackageView,
  type Models,
  type RegistryHit,
} from '@mcp-server/shared';

import { presentPackage } from './present-package.ts';
import type { Registry, SearchHit } from './registry.ts';

interface FindDeps {
  models: Models;
  registry: Registry;
}

/** Finds plugins in the registry. */
export async function searchRegistry(
  { models, registry }: FindDeps,
  { q, limit }: { q: string; limit: number },
): Promise<RegistryHit[]> {
  const [hits, records] = await Promise.all([
    registry.search(q),
    listPackages(models.MarketplacePackageModel, { state: 1 }),
  ]);
  const installed = new Set(records.filter(({ state }) => state !== 'removed').map(({ _id }) => _id));
  return hits.slice(0, limit).map((hit) => toHit(hit, installed.has(hit.name)));
}

const toHit = (
  { name, version, description, date, publisher }: SearchHit,
  isInstalled: boolean,
): RegistryHit => ({
  package: name,
  version,
  description: (description ?? '').slice(0, MAX_DESCRIPTION),
  ...(publisher ? { publisher: publisher.username } : {}),
  ...(date === undefined ? {} : { publishedAt: date }),
  isInstalled,
});

const MAX_DESCRIPTION = 1_000;

/** Lists all packages that are installed or were removed lately. */
export async function listInstalled({ models }: Pick<FindDeps, 'models'>): Promise<MarketplacePackageView[]> {
  const [records, sightings] = await Promise.all([
    // Lockfiles are long, and no view shows them.
    listPackages(models.MarketplacePackageModel, { lock: 0, 'earlier.lock': 0 }),
    listWorkerSightings(models.WorkerModel),
  ]);
  return records.map((record) => presentPackage(record, sightings));
}

/** @throws {errors.NotFound} */
export async function findInstalled(
  { models }: Pick<FindDeps, 'models'>,
  name: string,
): Promise<MarketplacePackageView> {
  const record = await findPackage(models.MarketplacePackageModel, name);
  if (!record) throw new errors.NotFound('installed package');
  return presentPackage(record, await listWorkerSightings(models.WorkerModel));
}
