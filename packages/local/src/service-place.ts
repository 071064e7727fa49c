import type { Log } from './service.ts';

/** Folders, environment and log of a service. */
export interface ServicePlace {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}
