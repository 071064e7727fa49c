import { setTimeout as delay } from 'node:timers/promises';

import { createIndexes, type Logger, type Models } from '@mcp-server/shared';

const RETRY_MS = 100;

export interface Preparation {
  isPrepared: () => boolean;
  prepared: Promise<void>;
  close(): Promise<void>;
}

/** Creates the indexes as soon as there is a database, however long that takes. */
export function prepareDatabase(
  { models, ping }: { models: Models; ping: () => Promise<unknown> },
  logger: Logger,
): Preparation {
  const closing = new AbortController();
  let isPrepared = false;

  const prepare = async (): Promise<void> => {
    while (!closing.signal.aborted && !isPrepared) {
      try {
        // Rejects at once without a connection, where mongoose would hold the first command back for 10 s.
        await ping();
        await createIndexes(models);
        isPrepared = true;
      } catch (err) {
        logger.debug({ err }, 'indexes not created yet');
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
