import { setTimeout as delay } from 'node:timers/promises';

import { isDatabaseAway, isWriteConflict } from '@mcp-server/shared';

const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 1_000;

/**
 * Repeats a write, which must be safe to repeat, until the database has answered it.
 * @throws the error with which the database refused it, or the last failure once `giveUp` is aborted.
 */
export async function untilAnswered<T>(giveUp: AbortSignal, write: () => Promise<T>): Promise<T> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      if (giveUp.aborted || !(isDatabaseAway(error) || isWriteConflict(error))) throw error;
      await delay(pauseMs, undefined, { signal: giveUp });
    }
  }
}
