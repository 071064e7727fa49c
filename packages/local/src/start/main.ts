// `npm start`: MongoDB, Redis, an API and a worker as processes of their own, a first task through all of them, and then
// up until a signal. `--once` ends after the first task.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { LocalServiceError } from '../service-error.ts';
import { nextStopSignal } from '../stop-signal.ts';
import { StartError } from './product-process.ts';
import { startProduct } from './start-product.ts';

/** EX_UNAVAILABLE of sysexits.h: a service that is needed cannot be had. */
const EXIT_UNAVAILABLE = 69;
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const parentPid = process.ppid;
const stop = new AbortController();
const stopped = nextStopSignal(parentPid).then((signal) => {
  process.stdout.write(`\n[start] ${signal}: stopping\n`);
  stop.abort();
});

try {
  await startProduct({
    root: ROOT,
    dataDir: resolve(ROOT, process.env['DATA_DIR'] || '.data'),
    isOnce: process.argv.slice(2).includes('--once'),
    env: process.env,
    stop: stop.signal,
    say: (line) => void process.stdout.write(`${line}\n`),
  });
} catch (error) {
  if (!(error instanceof StartError || error instanceof LocalServiceError)) throw error;
  process.stderr.write(`[start] ${error.message}\n`);
  process.exitCode = error instanceof StartError ? error.exitCode : EXIT_UNAVAILABLE;
} finally {
  // Ends the wait for a signal, which alone would keep this process up.
  if (!stop.signal.aborted) process.emit('SIGTERM', 'SIGTERM');
  await stopped;
}
