import { setTimeout as delay } from 'node:timers/promises';

import {
  createIndexes,
  dropRetiredIndexes,
  isDatabaseAway,
  type Logger,
  type Models,
} from '@mcp-server/shared';

const RETRY_MS = 100;
/** Indexes that the database refuses, say for duplicates, need somebody who reads the log. */
const REFUSED_RETRY_MS = 5_000;

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
        await dropRetiredIndexes(models);
        await createIndexes(models);
        isPrepared = true;
      } catch (err) {
        const isAway = isDatabaseAway(err);
        logger[isAway ? 'debug' : 'error']({ err }, 'indexes not created yet');
        await delay(isAway ? RETRY_MS : REFUSED_RETRY_MS, undefined, { signal: closing.signal }).catch(
          () => undefined,
        );
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
