// `npm start`: runs MongoDB, Redis, an API and a worker as processes, runs a first task, and stays up until a signal.
// `--once` ends after the first task.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';

import { ConfigError, EXIT_CONFIG, loadEnvFile } from '@mcp-server/shared/env-file';

import { LocalServiceError } from '../service-error.ts';
import { nextStopSignal } from '../stop-signal.ts';
import { ResponseError } from './json-request.ts';
import { StartError } from './product-process.ts';
import { startProduct } from './start-product.ts';

/** EX_UNAVAILABLE of sysexits.h: a service cannot be started. */
const EXIT_UNAVAILABLE = 69;
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const parentPid = process.ppid;
const isOnce = process.argv.slice(2).includes('--once');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const opened = new AsyncDisposableStack();
const isReady = new AbortController();
const stopped = nextStopSignal(parentPid, isOnce ? isReady.signal : undefined);
try {
  const envFile = loadEnvFile();
  if (envFile !== undefined) say(`[start] read settings from ${envFile}`);
  const starting = startProduct({
    root: ROOT,
    dataDir: resolve(ROOT, process.env['DATA_DIR'] || '.data'),
    env: process.env,
    staysUp: !isOnce,
    opened,
    say,
  }).finally(() => isReady.abort(new Error('the first task has run')));
  const end = await Promise.race([
    // With --once the wait for a signal is aborted after the first task.
    stopped.then(
      (signal) => `${signal}: stopping`,
      () => starting.then(() => 'done'),
    ),
    starting.then(() => (isOnce ? 'done' : stopped.then((signal) => `${signal}: stopping`))),
  ]);
  say(`[start] ${end}`);
} catch (error) {
  const isExpected = [StartError, LocalServiceError, ResponseError, ConfigError].some(
    (kind) => error instanceof kind,
  );
  process.stderr.write(`[start] ${isExpected ? (error as Error).message : inspect(error)}\n`);
  if (error instanceof StartError) process.exitCode = error.exitCode;
  else if (error instanceof ConfigError) process.exitCode = EXIT_CONFIG;
  else process.exitCode = error instanceof LocalServiceError ? EXIT_UNAVAILABLE : 1;
} finally {
  await opened.disposeAsync();
}
// A long set-up step may still run after a signal; its processes end with this one.
process.exit();
