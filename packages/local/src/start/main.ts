// `npm start`: runs MongoDB, Redis, an API and a worker as processes, runs a first task, and stays up until a signal.
// `--once` ends after the first task.
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { loadEnvFile } from '@mcp-server/shared/env-file';

import { nextStopSignal } from '../stop-signal.ts';
import { reportError } from './report-error.ts';
import { startProduct } from './start-product.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const parentPid = process.ppid;
const isOnce = process.argv.slice(2).includes('--once');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Time in which the reason of a process that ended arrives. */
const REASON_MS = 1_000;

const opened = new AsyncDisposableStack();
const refused = Promise.withResolvers<never>();
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
    onRefused: refused.reject,
  }).finally(() => isReady.abort(new Error('the first task has run')));
  const end = await Promise.race([
    refused.promise,
    // With --once the wait for a signal is aborted after the first task.
    stopped.then(
      (signal) => `${signal}: stopping`,
      () => starting.then(() => 'done'),
    ),
    starting.then(() => (isOnce ? 'done' : stopped.then((signal) => `${signal}: stopping`))),
  ]);
  say(`[start] ${end}`);
} catch (error) {
  // A request fails when the API ends; its own words follow at once.
  const isRequest = error instanceof TypeError;
  const reason: unknown = isRequest
    ? await Promise.race([refused.promise.catch((refusal: unknown) => refusal), delay(REASON_MS, error)])
    : error;
  process.exitCode = reportError('start', reason);
} finally {
  await opened.disposeAsync();
}
// A long set-up step may still run after a signal; its processes end with this one.
process.exit();
