import { join, resolve } from 'node:path';

import { openDemoAccount } from '../start/demo-account.ts';
import { withLinks } from '../start/local-mail.ts';
import { openServices } from '../start/open-services.ts';
import { waitUntilReady } from '../start/start-product.ts';
import { buildLogFormat } from './log-format.ts';
import { ReloadedProcess } from './reloaded-process.ts';

export interface DevOptions {
  readonly root: string;
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly isTerminal: boolean;
  /** Receives everything that is opened; the caller closes it in reverse order. */
  readonly opened: AsyncDisposableStack;
  readonly say: (line: string) => void;
}

/** Packages whose code each process runs. */
const PACKAGES = {
  api: ['plugin-sdk', 'shared', 'api'],
  worker: ['plugin-sdk', 'shared', 'plugins', 'worker'],
} as const;
/** A restart waits this long for running work; what is unfinished goes back to the queue. */
const WORKER_GRACE_MS = '3000';

/** Starts the services, the API and a worker, which restart when their code or a plugin changes. */
export async function startDev({ root, dataDir, env, isTerminal, opened, say }: DevOptions): Promise<void> {
  const log = (line: string) => say(`[dev] ${line}`);
  const logDir = join(dataDir, 'logs');
  const { productEnv, runtimeFile } = await openServices({ dataDir, env, logDir, opened, log });
  const format = buildLogFormat(isTerminal);
  const pluginsDir = env['PLUGINS_DIR'] ? [resolve(root, env['PLUGINS_DIR'])] : [];
  const create = (
    name: 'api' | 'worker',
    processEnv: NodeJS.ProcessEnv,
    onStarted: (fields: Record<string, unknown>) => void,
  ) => {
    const reloaded = new ReloadedProcess({
      name,
      root,
      env: {
        ...processEnv,
        WORKER_GRACE_MS: env['WORKER_GRACE_MS'] ?? WORKER_GRACE_MS,
        // The author of a plugin must see that it is broken.
        PLUGIN_ERRORS: env['PLUGIN_ERRORS'] ?? 'fail',
        // A restart also sees changes of libraries, and of files outside a plugin's folder.
        PLUGINS_RELOAD_MS: '0',
      },
      watched: [
        ...PACKAGES[name].map((folder) => join(root, 'packages', folder, 'src')),
        ...(name === 'worker' ? pluginsDir : []),
      ],
      log,
      onLine: (line) => say(format(name, line)),
      onStarted,
    });
    opened.defer(() => reloaded.close());
    return reloaded;
  };
  const apiUrl = Promise.withResolvers<string>();
  const api = create('api', productEnv, ({ address, port }) => {
    runtimeFile.add({ PORT: String(port) });
    apiUrl.resolve(String(address));
  });
  const apiStart = api.start();
  const workerStart = withLinks(productEnv, async () => new URL(await apiUrl.promise).port).then((env) =>
    create('worker', env, ({ port }) => runtimeFile.add({ WORKER_PORT: String(port) })).start(),
  );
  await Promise.all([apiStart, workerStart]);

  const url = await apiUrl.promise;
  await waitUntilReady(url);
  const { email, password } = await openDemoAccount(url, join(dataDir, 'demo-account.json'));
  log(`API: ${url}, documentation: ${url}/docs, account: ${email} with password ${password}`);
  log(`plugins: packages/plugins/src${pluginsDir.map((dir) => `, ${dir}`).join('')}`);
  log('Everything is up. A change restarts what it concerns; Ctrl-C stops everything.');
}
