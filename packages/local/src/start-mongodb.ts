import { join } from 'node:path';

import { canRunDocumentDb, startDocumentDb } from './documentdb/start-documentdb.ts';
import { findMongod } from './mongod/mongod-binary.ts';
import { startMongod } from './mongod/start-mongod.ts';
import { LocalServiceError } from './service-error.ts';
import type { ServicePlace } from './service-place.ts';
import { foreignService, type RunningService } from './service.ts';

const ADVICE =
  'No MongoDB: set MONGODB_URI to a running one, or install mongod 6 or newer on PATH. As root on Debian the server is set up automatically.';

/** Finds or starts MongoDB: MONGODB_URI, else a mongod on PATH or downloaded, else DocumentDB in a chroot. */
export async function startMongodb({ dataDir, cacheDir, env, log }: ServicePlace): Promise<RunningService> {
  const uri = env['MONGODB_URI'];
  if (uri !== undefined && uri !== '') return foreignService(uri, 'MONGODB_URI');
  const mongod = await findMongod(cacheDir, log);
  if (mongod !== undefined) return startMongod(mongod, join(dataDir, 'mongod'), log);
  if (!canRunDocumentDb()) throw new LocalServiceError(ADVICE);
  try {
    return await startDocumentDb(dataDir, cacheDir, log);
  } catch (error) {
    throw new LocalServiceError(`${ADVICE}\nDocumentDB: ${String(error)}`, { cause: error });
  }
}
