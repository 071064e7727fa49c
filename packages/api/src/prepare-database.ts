import { setTimeout as delay } from 'node:timers/promises';

import {
  createIndexes,
  describeMongodbRefusal,
  dropConflictingIndexes,
  dropReplacedIndexes,
  isDatabaseAway,
  type Logger,
  type Models,
} from '@mcp-server/shared';

const RETRY_MS = 100;
/** After 5 s of refusals, for duplicates say, an operator must know: the failure is logged as an error. */
const REFUSALS_TO_TELL = 50;

export interface Preparation {
  isPrepared: () => boolean;
  prepared: Promise<void>;
  close(): Promise<void>;
}

/**
 * Creates the indexes as soon as the database answers, however long that takes. `onRefused` is called with the reason if
 * this user may not create them.
 */
export function prepareDatabase(
  {
    models,
    ping,
    onRefused,
  }: { models: Models; ping: () => Promise<unknown>; onRefused?: (reason: string) => void },
  logger: Logger,
): Preparation {
  const closing = new AbortController();
  let isPrepared = false;

  const prepare = async (): Promise<void> => {
    let refusals = 0;
    while (!closing.signal.aborted && !isPrepared) {
      let isThere = false;
      try {
        // Rejects at once without a connection; mongoose would hold the first command back for 10 s.
        await ping();
        isThere = true;
        await dropConflictingIndexes(models);
        await createIndexes(models);
        await dropReplacedIndexes(models);
        isPrepared = true;
      } catch (err) {
        if (isThere && describeMongodbRefusal(err) !== undefined)
          onRefused?.('this user may not create the indexes of the database');
        if (isThere && !isDatabaseAway(err)) refusals += 1;
        const isStuck = refusals > 0 && refusals % REFUSALS_TO_TELL === 0;
        logger[isStuck ? 'error' : 'debug']({ err }, 'indexes not created yet');
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
