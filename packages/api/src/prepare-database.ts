import { setTimeout as delay } from 'node:timers/promises';

import { createIndexes, type Logger, type Models } from '@mcp-server/shared';

const RETRY_MS = 500;

export interface Preparation {
  isPrepared: () => boolean;
  prepared: Promise<void>;
  close(): Promise<void>;
}

/** Creates the indexes as soon as there is a database, however long that takes. */
export function prepareDatabase(models: Models, logger: Logger): Preparation {
  const closing = new AbortController();
  let isPrepared = false;

  const prepare = async (): Promise<void> => {
    let lastReason: string | undefined;
    while (!closing.signal.aborted && !isPrepared) {
      try {
        await createIndexes(models);
        isPrepared = true;
      } catch (error) {
        const reason = error instanceof Error ? error.message : 'unknown';
        if (reason !== lastReason) logger.warn({ reason }, 'indexes not created yet');
        lastReason = reason;
        await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
      }
    }
  };
  const prepared = prepare();

  return {
    isPrepared: () => isPrepared,
    prepared,
    async close() {
      closing.abort();
      await prepared;
    },
  };
}
