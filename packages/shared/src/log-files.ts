import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { multistream, pino } from 'pino';
import roll from 'pino-roll';

import { buildLogger, type Logger } from './logger.ts';

export interface OpenLog {
  logger: Logger;
  /** Writes the lines still in memory; nothing is logged to files after it. */
  close(): Promise<void>;
}

/**
 * Opens a logger of JSON lines on stdout, and with `dir` also in files there, one per day (`api.2026-01-31.1.log`). The
 * oldest files are deleted, also those of earlier processes. Processes of one kind on one machine share the files:
 * every line is one append. @throws {Error} when the folder cannot be written.
 */
export async function openLog(options: {
  name: string;
  level: string;
  dir: string | undefined;
  keepFiles: number;
}): Promise<OpenLog> {
  const { name, level, dir, keepFiles } = options;
  if (dir === undefined) return { logger: buildLogger({ name, level }), close: async () => undefined };
  await mkdir(dir, { recursive: true });
  const files = await roll({
    file: join(dir, name),
    extension: '.log',
    frequency: 'daily',
    dateFormat: 'yyyy-MM-dd',
    limit: { count: keepFiles, removeOtherLogFiles: true },
    mkdir: true,
  });
  const stdout = pino.destination({ dest: 1, sync: true });
  // The logger has the level; the streams take every line.
  const destination = multistream([
    { stream: stdout, level: 'trace' },
    { stream: files, level: 'trace' },
  ]);
  return {
    logger: buildLogger({ name, level, destination }),
    close: () =>
      new Promise((resolve) => {
        files.once('close', () => resolve());
        files.end();
      }),
  };
}
