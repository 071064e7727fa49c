import { join } from 'node:path';

import { DryMongoBinary, MongoBinary } from 'mongodb-memory-server-core';
import { MongoBinaryDownloadUrl } from 'mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js';

import { findExecutable } from '../executable.ts';
import { lock } from '../process-lock.ts';
import { withProgress } from '../progress.ts';
import type { Log } from '../service.ts';

/** Timeout of the reachability check; a slower network could not download 100 MB anyway. */
const REACHABLE_MS = 3_000;

/** Path of a mongod: from PATH, from the cache, or downloaded; undefined if none is available. */
export async function findMongod(cacheDir: string, log: Log): Promise<string | undefined> {
  const installed = findExecutable('mongod');
  if (installed !== undefined) return installed;
  const downloadDir = join(cacheDir, 'mongod');
  const { version } = await DryMongoBinary.generateOptions();
  const cached = await DryMongoBinary.locateBinary({ version, downloadDir }).catch(() => undefined);
  if (cached !== undefined) return cached;
  if (!(await isDownloadReachable())) {
    log('no mongod on PATH, and the download site is not reachable');
    return undefined;
  }
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the setup by process ${pid}`),
  );
  try {
    return await withProgress(log, 'downloading mongod', () => MongoBinary.getPath({ version, downloadDir }));
  } catch (error) {
    log(`mongod could not be downloaded: ${String(error)}`);
    return undefined;
  } finally {
    setup.release();
  }
}

/** Checks the download site with one short request: the download itself retries for seconds. */
async function isDownloadReachable(): Promise<boolean> {
  try {
    const options = await DryMongoBinary.generateOptions();
    const url = await new MongoBinaryDownloadUrl(options).getDownloadUrl();
    const response = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(REACHABLE_MS) });
    return response.ok;
  } catch {
    return false;
  }
}
