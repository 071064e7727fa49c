import { errors, type Logger, type Outcome, retryLater, withTimeout } from '@mcp-server/shared';

import type { Channel } from '../../redis/channel.ts';
import { type Holder, requireStillAuthorized } from '../holder.ts';
import { buildWaitingRoom, type Resolve, type WaitCondition } from './waiting-room.ts';

/** Messages get lost, so all awaited ids are read this often. */
const REREAD_MS = 250;
/** Each waiter is an open request; beyond this callers must poll. */
const MAX_WAITERS = 10_000;

/** Longest wait of a caller, who may leave before (`gone`). */
export interface Wait {
  ms: number;
  gone: AbortSignal;
  holder: Holder;
}

/** A registered wait. Its owner must dispose of it. */
export interface Waiter {
  /**
   * Resolves to the outcome, or to undefined after the wait, when the caller is gone, or when the process is closing.
   * @throws {errors.Unauthenticated} if the rights of the caller ended in the meantime
   */
  ended(wait: Wait): Promise<Outcome | undefined>;
  /** Ends the wait and frees its place. */
  dispose(): void;
}

export interface Waiters {
  /** Register before the insert, so that no end is missed. @throws {errors.Busy} */
  register(executionId: string, condition?: WaitCondition): Waiter;
  /** Number of awaited executions. */
  count(): number;
  /** Ends all waits without an outcome. */
  close(): void;
}

interface WaitersDeps {
  readOutcomes: (ids: string[]) => Promise<Outcome[]>;
  /** Messages are ids of executions. */
  ended: Channel;
  logger: Logger;
}

/** Waits of callers for executions. Outcomes come from the document, never from a message. */
export function buildWaiters({ readOutcomes, ended, logger }: WaitersDeps): Waiters {
  const room = buildWaitingRoom();
  let isClosing = false;
  let watching: Promise<void> | undefined;
  let wake: () => void = () => undefined;

  /** Runs while there are waits: one read at a time, the next after a message or 250 ms. */
  const watch = async (): Promise<void> => {
    while (room.size() > 0) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        for (const outcome of await readOutcomes(room.ids())) room.deliver(outcome);
      } catch (err) {
        logger.debug({ err }, 'reading ended executions failed');
      }
      if (room.size() > 0) await withTimeout(woken, REREAD_MS);
    }
    watching = undefined;
  };

  ended.onMessage((executionId) => {
    if (room.has(executionId)) wake();
  });

  return {
    register(executionId, condition = 'end') {
      if (room.size() >= MAX_WAITERS) throw retryLater(new errors.Busy('waiting callers'), 1);
      let resolve: Resolve = () => undefined;
      const end = new Promise<Outcome | undefined>((fulfil) => (resolve = fulfil));
      room.enter(executionId, resolve, condition);
      const dispose = () => {
        room.leave(executionId, resolve);
        // Otherwise the timer of a pending wait would hold up closing.
        resolve(undefined);
      };
      return {
        async ended({ ms, gone, holder }) {
          if (isClosing || gone.aborted) return undefined;
          watching ??= watch();
          gone.addEventListener('abort', dispose, { once: true });
          try {
            const outcome = await withTimeout(end, ms);
            await requireStillAuthorized(holder);
            return outcome;
          } finally {
            gone.removeEventListener('abort', dispose);
          }
        },
        dispose,
      };
    },
    count: () => room.size(),
    close() {
      isClosing = true;
      room.dismissAll();
      wake();
    },
  };
}
