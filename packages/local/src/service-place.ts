import type { Log } from './service.ts';

/** Where a service keeps its things, and how it talks. */
export interface ServicePlace {
  readonly dataDir: string;
  readonly cacheDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
}
