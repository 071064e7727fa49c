import { join } from 'node:path';

import { DryMongoBinary, MongoBinary } from 'mongodb-memory-server-core';
import { MongoBinaryDownloadUrl } from 'mongodb-memory-server-core/lib/util/MongoBinaryDownloadUrl.js';

import { findExecutable } from '../executable.ts';
import { lock } from '../process-lock.ts';
import { withProgress } from '../progress.ts';
import type { Log } from '../service.ts';

/** A network that is closed shows itself sooner; one that is slower than this is no use for 100 MB either. */
const REACHABLE_MS = 3_000;

/** A mongod on PATH, downloaded before, or downloaded now; undefined when none can be had. */
export async function findMongod(cacheDir: string, log: Log): Promise<string | undefined> {
  const installed = findExecutable('mongod');
  if (installed !== undefined) return installed;
  const downloadDir = join(cacheDir, 'mongod');
  const { version } = await DryMongoBinary.generateOptions();
  const cached = await DryMongoBinary.locateBinary({ version, downloadDir }).catch(() => undefined);
  if (cached !== undefined) return cached;
  if (!(await isDownloadReachable())) {
    log('no mongod on PATH, and none can be downloaded from here');
    return undefined;
  }
  const setup = await lock(join(cacheDir, 'setup.lock'), (pid) =>
    log(`waiting for the set-up of process ${pid}`),
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

/** One short request before the download, which would try again for seconds where the network is closed. */
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
