import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { startLocalServices } from '../local-services.ts';
import { openDemoAccount } from './demo-account.ts';
import { runFirstTask } from './first-task.ts';
import { ProductProcess, type ProductProcessOptions, StartError } from './product-process.ts';
import { RunningNote } from './running-note.ts';
import { describeFirstTask, describeUse } from './story.ts';

export interface StartOptions {
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** False for `--once`: then nothing is said of what can be done next. */
  staysUp: boolean;
  /** Everything that is opened; the caller closes it in reverse order. */
  opened: AsyncDisposableStack;
  say: (line: string) => void;
}

/** What worker and API say in their log when they are up. */
const STARTED = { api: 'api listening', worker: 'worker started' } as const;
const RESTART_PAUSE_MS = 1_000;
const READY_WAIT_MS = 60_000;
const READY_PAUSE_MS = 100;

/** Starts the services, the API and one worker, and takes a first task through them. */
export async function startProduct(options: StartOptions): Promise<void> {
  const { dataDir, env, opened, say } = options;
  const log = (line: string) => say(`[start] ${line}`);
  await mkdir(dataDir, { recursive: true });
  const services = await startLocalServices({ dataDir, env, log });
  opened.defer(() => services.close());
  for (const line of services.describe) log(line);

  const productEnv = {
    ...env,
    MONGODB_URI: services.mongodbUri,
    REDIS_URL: services.redisUrl,
    DATA_DIR: dataDir,
    DRAIN_DELAY_MS: env['DRAIN_DELAY_MS'] ?? '0',
    WORKER_PORT: env['WORKER_PORT'] ?? '0',
  };
  const logDir = join(dataDir, 'logs');
  const note = new RunningNote(dataDir);
  opened.defer(() => note.close());
  note.add(noteOf(productEnv, logDir));
  log('starting the API and a worker');
  const api = keepUp({ ...options, log }, { name: 'api', env: productEnv, logDir });
  const worker = keepUp(
    { ...options, log, onStarted: ({ port }) => note.add({ WORKER_PORT: String(port) }) },
    { name: 'worker', env: productEnv, logDir },
  );
  const [{ address, port }] = await Promise.all([api, worker]);
  const url = String(address);
  note.add({ PORT: String(port) });
  log(`the API listens at ${url}; logs are in ${logDir}`);

  await untilReady(`${url}/health/ready`);
  const account = await openDemoAccount(url, join(dataDir, 'demo-account.json'));
  const firstTask = await runFirstTask(url, account.accessToken, services.mongodbUri);
  say(describeFirstTask(account, firstTask));
  if (options.staysUp) say(describeUse(url, account));
}

/** What another command needs to find this one. */
const noteOf = (env: NodeJS.ProcessEnv, logDir: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries({
      MONGODB_URI: env['MONGODB_URI'],
      REDIS_URL: env['REDIS_URL'],
      REDIS_PREFIX: env['REDIS_PREFIX'],
      HOST: env['HOST'],
      LOG_DIR: logDir,
    }).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

/** An API listens before its database answers for the first time and has its indexes. */
async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + READY_WAIT_MS;
  while (!(await fetch(url).then(({ ok }) => ok))) {
    if (performance.now() > deadline) throw new StartError(`the API is not ready; ask ${url}`, 1);
    await delay(READY_PAUSE_MS);
  }
}

interface KeepUpOptions extends StartOptions {
  log: (line: string) => void;
  /** Hears what it said when it was up, each time. */
  onStarted?: (said: Record<string, unknown>) => void;
}

/** Starts a process and starts it again when it ends by itself; resolves to what it said when it was first up. */
async function keepUp(
  options: KeepUpOptions,
  { name, env, logDir }: Pick<ProductProcessOptions, 'name' | 'env' | 'logDir'>,
): Promise<Record<string, unknown>> {
  const { root, opened, log } = options;
  let isClosed = false;
  let current: ProductProcess;
  const start = () => {
    current = new ProductProcess({ name, root, logDir, env, startedMessage: STARTED[name], onUnexpectedEnd });
    void current.started.then(
      (said) => options.onStarted?.(said),
      () => undefined,
    );
    return current.started;
  };
  const onUnexpectedEnd = (how: string) => {
    if (isClosed) return;
    log(`${name} ended (${how}); starting it again`);
    void delay(RESTART_PAUSE_MS)
      .then(() => (isClosed ? undefined : start()))
      .catch((error: Error) => onUnexpectedEnd(error.message));
  };
  opened.defer(async () => {
    isClosed = true;
    await current.stop();
  });
  return start();
}
