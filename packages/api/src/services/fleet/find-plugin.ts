import { type Catalogue, errors, type KnownPlugin } from '@mcp-server/shared';

/** Finds a plugin in the catalogue. @throws {errors.UnknownPlugin} */
export async function findPlugin({ catalogue }: { catalogue: Catalogue }, id: string): Promise<KnownPlugin> {
  const match = (await catalogue.list()).find(({ plugin }) => plugin.id === id);
  if (!match) throw new errors.UnknownPlugin(id);
  return match;
}
