import { readRuntimeFile } from '@mcp-server/local';
import { logConfig, storesConfig, wholeNumber } from '@mcp-server/shared';
import { z } from 'zod';

/** Settings of API and worker that checks use. Secrets can be any text here: a check judges them. */
const DoctorEnv = z.object({
  ...storesConfig,
  ...logConfig,
  HOST: z.string().default('127.0.0.1'),
  PORT: wholeNumber(0, 65_535).default(3_000),
  NODE_ENV: z.string().default('development'),
  DATA_DIR: z.string().default('.data'),
  WORKER_HOST: z.string().default('127.0.0.1'),
  WORKER_PORT: wholeNumber(0, 65_535).default(9_464),
  WORKER_METRICS_TOKEN: z.string().optional(),
});
export type DoctorEnv = z.infer<typeof DoctorEnv>;

export interface Environment {
  /** The variables as API and worker would read them. */
  variables: NodeJS.ProcessEnv;
  /** Parsed settings. Invalid ones are replaced by their defaults and reported by a check of their own. */
  env: DoctorEnv;
  /** Origin of the settings, for people. */
  source: string;
}

/**
 * Reads the environment of this process. If it names no stores, it is completed with the settings and ports of the
 * `npm start` that is running in the data folder.
 */
export function readEnvironment(processEnv: NodeJS.ProcessEnv): Environment {
  const own = Object.fromEntries(Object.entries(processEnv).filter(([, value]) => value !== ''));
  const dataDir = own['DATA_DIR'] ?? '.data';
  const namesStores = own['MONGODB_URI'] !== undefined || own['REDIS_URL'] !== undefined;
  const runtimeSettings = namesStores ? undefined : readRuntimeFile(dataDir);
  const variables = { ...runtimeSettings, ...own };
  const source = runtimeSettings ? `the npm start running in ${dataDir}` : 'the environment and the defaults';
  return { variables, env: parseLeniently(variables), source };
}

function parseLeniently(variables: NodeJS.ProcessEnv): DoctorEnv {
  const parsed = DoctorEnv.safeParse(variables);
  if (parsed.success) return parsed.data;
  const wrong = new Set(parsed.error.issues.map(({ path }) => String(path[0])));
  return DoctorEnv.parse(Object.fromEntries(Object.entries(variables).filter(([name]) => !wrong.has(name))));
}
