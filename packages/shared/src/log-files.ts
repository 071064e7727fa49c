import { pino } from 'pino';

import { DailyFile } from './daily-file.ts';
import { buildLogger, type Logger } from './logger.ts';

export interface OpenLog {
  logger: Logger;
  /** Closes the files; nothing is logged to them after it. */
  close(): Promise<void>;
}

/** Pause before a log file that failed is opened again. */
const RETRY_MS = 10_000;
/** Lines that stdout does not take are kept up to this size. */
const STDOUT_BUFFER_BYTES = 1_048_576;

/**
 * Opens a logger of JSON lines on stdout, and with `dir` also in files there, one per day (`api.2026-01-31.1.log`). The
 * oldest files are deleted, also those of earlier processes. Processes of one kind on one machine share the files:
 * every line is one append. Files that cannot be written cost one warning and never stop the process.
 */
export async function openLog(options: {
  name: string;
  level: string;
  dir: string | undefined;
  keepFiles: number;
  retryMs?: number;
  /** Masks secrets in each line. */
  mask?: (line: string) => string;
}): Promise<OpenLog> {
  const { name, level, dir, keepFiles, retryMs = RETRY_MS, mask } = options;
  const stdout = openStdout();
  const files =
    dir === undefined
      ? undefined
      : new DailyFile({
          dir,
          name,
          keepFiles,
          retryMs,
          onFailure: (reason) =>
            logger.warn({ dir, reason }, 'log files cannot be written; logging to stdout only'),
          onRecovery: (missing) => logger.info({ dir, missing }, 'log files are written again'),
        });
  // Neither stream shows its `flushSync`: pino calls it after a fatal line, and on a full disk it would never return.
  const destination = {
    write(text: string) {
      const line = mask?.(text) ?? text;
      stdout.write(line);
      files?.write(line);
    },
  };
  const logger = buildLogger({ name, level, destination });
  await files?.open();
  return { logger, close: async () => files?.close() };
}

/** Stdout that may be a full disk, or a pipe without a reader: that costs one line on stderr, and the process goes on. */
function openStdout(): { write(line: string): unknown } {
  const stdout = pino.destination({ dest: 1, sync: true, maxLength: STDOUT_BUFFER_BYTES });
  let isReported = false;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isReported || error.code === 'EPIPE') return;
    isReported = true;
    try {
      process.stderr.write(`stdout takes no log lines: ${error.code ?? error.message}\n`);
    } catch {
      // Stderr is the same full disk.
    }
  });
  return stdout;
}
