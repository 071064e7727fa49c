import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { readBrokenPlugin } from './broken-plugin.ts';
import { openDemoAccount } from './demo-account.ts';
import { openDemoKey } from './demo-key.ts';
import { runFirstTask } from './first-task.ts';
import { requestJson } from './json-request.ts';
import { LastWarnings } from './last-warnings.ts';
import { withLinks } from './local-mail.ts';
import { openLogFile } from './log-file.ts';
import { openServices } from './open-services.ts';
import { type ProductProcessOptions, StartError } from './product-process.ts';
import { describeFirstTask, describeUse } from './start-messages.ts';
import { SupervisedProcess } from './supervised-process.ts';

export interface StartOptions {
  root: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  /** False for `--once`: then no next steps are printed. */
  staysUp: boolean;
  /** Receives everything that is opened; the caller closes it in reverse order. */
  opened: AsyncDisposableStack;
  say: (line: string) => void;
  /** Called when the API or the worker has ended because it cannot work with its settings. */
  onRefused: (error: StartError) => void;
}

const READY_WAIT_MS = 45_000;
const READY_PAUSE_MS = 100;

/** Starts the services, the API and one worker, and runs a first task. */
export async function startProduct({
  root,
  dataDir,
  env,
  staysUp,
  opened,
  say,
  onRefused,
}: StartOptions): Promise<void> {
  const log = (line: string) => say(`[start] ${line}`);
  const logDir = join(dataDir, 'logs');
  const { mongodbUri, productEnv, runtimeFile } = await openServices({ dataDir, env, logDir, opened, log });
  log('starting the API and a worker');
  const warnings = new LastWarnings();
  const start = (name: ProductProcessOptions['name'], portVariable: string, processEnv = productEnv) => {
    const writeLine = openLogFile(logDir, name, log);
    const supervised = new SupervisedProcess({
      name,
      root,
      env: processEnv,
      log,
      onLine: (line) => {
        writeLine(line);
        warnings.read(name, line);
        const broken = readBrokenPlugin(line);
        if (broken !== undefined) log(broken);
      },
      onStarted: ({ port }) => runtimeFile.add({ [portVariable]: String(port) }),
      onRefused,
    });
    opened.defer(() => supervised.close());
    return supervised.start();
  };
  const api = start('api', 'PORT');
  const worker = withLinks(productEnv, async () => (await api)['port']).then((workerEnv) =>
    start('worker', 'WORKER_PORT', workerEnv),
  );
  const [{ address }] = await Promise.all([api, worker]);
  const url = String(address);
  log(`the API listens at ${url}; logs are in ${logDir}`);

  await waitUntilReady(url, () => warnings.describe());
  const account = await openDemoAccount(url, join(dataDir, 'demo-account.json'));
  // A later start on the same data has nothing new to show.
  if (!staysUp || !(await hasTasks(url, account.accessToken)))
    say(describeFirstTask(account, await runFirstTask(url, account.accessToken, mongodbUri)));
  if (!staysUp) return;
  const accountFile = join(dataDir, 'demo-account.json');
  const key = await openDemoKey(url, account.accessToken, join(dataDir, 'demo-key'));
  say(describeUse(url, { email: account.email, accountFile, key, logDir }));
}

async function hasTasks(url: string, token: string): Promise<boolean> {
  const { items } = await requestJson(`${url}/api/tasks?limit=1`, { token });
  return (items as unknown[]).length > 0;
}

/** An API listens before it has reached its database and created the indexes. `explain` says what is known if it does not. */
export async function waitUntilReady(apiUrl: string, explain = () => ''): Promise<void> {
  const url = `${apiUrl}/health/ready`;
  const deadline = performance.now() + READY_WAIT_MS;
  const isReady = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (performance.now() > deadline) throw new StartError(`the API is not ready; see ${url}${explain()}`, 1);
    await delay(READY_PAUSE_MS);
  }
}
