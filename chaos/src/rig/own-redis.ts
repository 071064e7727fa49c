import { join } from 'node:path';

import { startLocalServices } from '@mcp-server/local';

import { SmallDisk } from './small-disk.ts';
import { buildStores, type Stores } from './stores.ts';

/** The same database, with a Redis for this row only. */
export async function withOwnRedis(stores: Stores, dataDir: string): Promise<Stores> {
  const env = { ...process.env, MONGODB_URI: stores.mongodbUri, REDIS_URL: '' };
  const services = await startLocalServices({ dataDir, env, log: () => undefined });
  return {
    ...buildStores({ ...services, mongodb: stores.mongodb }, dataDir),
    versions: stores.versions,
    close: () => services.close(),
  };
}

/** The same, with its files on a disk of the given MiB. */
export async function withRedisOnSmallDisk(
  stores: Stores,
  dataDir: string,
  sizeMiB: number,
): Promise<Stores & { disk: SmallDisk }> {
  const disk = await SmallDisk.mount(join(dataDir, 'disk'), sizeMiB);
  try {
    const own = await withOwnRedis(stores, disk.path);
    return {
      ...own,
      disk,
      async close() {
        await own.close();
        await disk.close();
      },
    };
  } catch (error) {
    await disk.close();
    throw error;
  }
}
