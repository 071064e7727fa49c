// `npm run dev`: runs MongoDB, Redis, an API and a worker until a signal. The API and the worker restart when their code
// or a plugin changes; their logs go to the terminal.
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { loadEnvFile } from '@mcp-server/shared/env-file';

import { reportError } from '../start/report-error.ts';
import { nextStopSignal } from '../stop-signal.ts';
import { startDev } from './start-dev.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const opened = new AsyncDisposableStack();
const stopped = nextStopSignal(process.ppid);
try {
  const envFile = loadEnvFile();
  if (envFile !== undefined) say(`[dev] read settings from ${envFile}`);
  const starting = startDev({
    root: ROOT,
    dataDir: resolve(ROOT, process.env['DATA_DIR'] || '.data'),
    env: process.env,
    isTerminal: process.stdout.isTTY,
    opened,
    say,
  });
  const signal = await Promise.race([stopped, starting.then(() => stopped)]);
  say(`[dev] ${signal}: stopping`);
} catch (error) {
  process.exitCode = reportError('dev', error);
} finally {
  await opened.disposeAsync();
}
// A long set-up step may still run after a signal; its processes end with this one.
process.exit();
