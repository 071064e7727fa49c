import { access, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { ConfigError } from '@mcp-server/shared/env-file';

import { startLocalServices } from '../local-services.ts';
import type { Log } from '../service.ts';
import { openLocalMail } from './local-mail.ts';
import { RuntimeFile } from './runtime-file.ts';
import { loadSecretsKey } from './secrets-key.ts';

export interface OpenServicesOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly logDir: string;
  /** Receives everything that is opened; the caller closes it in reverse order. */
  readonly opened: AsyncDisposableStack;
  readonly log: Log;
}

export interface OpenServices {
  readonly mongodbUri: string;
  /** Environment of an API or a worker that uses these services. */
  readonly productEnv: NodeJS.ProcessEnv;
  readonly runtimeFile: RuntimeFile;
}

/** Starts MongoDB and Redis and announces them in the data folder. */
export async function openServices(options: OpenServicesOptions): Promise<OpenServices> {
  const { dataDir, env, logDir, opened, log } = options;
  await createDataDir(dataDir);
  const services = await startLocalServices({ dataDir, env, log });
  opened.defer(() => services.close());
  for (const line of services.describe) log(line);
  const productEnv = {
    ...env,
    ...(await openLocalMail({ env, opened, log })),
    MONGODB_URI: services.mongodbUri,
    REDIS_URL: services.redisUrl,
    DATA_DIR: dataDir,
    MARKETPLACE_DIR: env['MARKETPLACE_DIR'] ?? join(dataDir, 'marketplace'),
    SECRETS_KEY: env['SECRETS_KEY'] || (await loadSecretsKey(dataDir)),
    DRAIN_DELAY_MS: env['DRAIN_DELAY_MS'] ?? '0',
    WORKER_PORT: env['WORKER_PORT'] ?? '0',
  };
  const runtimeFile = new RuntimeFile(dataDir);
  opened.defer(() => runtimeFile.close());
  runtimeFile.add(settingsOf(productEnv, logDir));
  return { mongodbUri: services.mongodbUri, productEnv, runtimeFile };
}

/** @throws {ConfigError} if the folder cannot be created or written. */
async function createDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new ConfigError(`DATA_DIR: cannot create or write ${dataDir} (${code})`, { cause });
  }
}

/** Settings that another command needs to find this installation. */
function settingsOf(env: NodeJS.ProcessEnv, logDir: string): Record<string, string> {
  const names = ['MONGODB_URI', 'REDIS_URL', 'REDIS_PREFIX', 'HOST'];
  const entries = names.flatMap((name) => (env[name] === undefined ? [] : [[name, env[name]]]));
  return { ...(Object.fromEntries(entries) as Record<string, string>), LOG_DIR: logDir };
}
