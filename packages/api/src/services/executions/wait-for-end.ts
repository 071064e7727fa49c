import { errors, type Logger, type Outcome, retryLater, withTimeout } from '@mcp-server/shared';

import { buildWaitingRoom, type Resolve, type WaitedFor } from './waiting-room.ts';

/** Messages get lost, so all waited ids are re-read this often. */
const REREAD_MS = 250;
/** Each waiter is an open request; beyond this callers poll instead. */
const MAX_WAITERS = 10_000;

/** A place in the waiting room. Whoever takes one must release it. */
export interface Waiter {
  /** Resolves to what was waited for, or to undefined when `timeoutMs` passed or the process is closing. */
  ended(timeoutMs: number): Promise<Outcome | undefined>;
  /** Sends the waiting one away, too. */
  dispose(): void;
}

export interface Waiters {
  /** Take it before the insert, so that no end can be missed. @throws {errors.Busy} */
  register(executionId: string, waitedFor?: WaitedFor): Waiter;
  /** Executions that somebody waits for. */
  count(): number;
  /** Sends everybody away without an end. */
  close(): void;
}

interface WaitersDeps {
  readOutcomes: (ids: string[]) => Promise<Outcome[]>;
  feed: { onEnded(listener: (executionId: string) => void): void };
  logger: Logger;
}

/** Callers that wait for the end of an execution. What they are told comes from the document, never from a message. */
export function buildWaiters({ readOutcomes: readHeard, feed, logger }: WaitersDeps): Waiters {
  const room = buildWaitingRoom();
  let isClosing = false;
  let watching: Promise<void> | undefined;
  let wake: () => void = () => undefined;

  /** Runs while somebody waits; one reading at a time, the next one after a message or 250 ms. */
  const watch = async (): Promise<void> => {
    while (room.size() > 0) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      try {
        for (const heard of await readHeard(room.ids())) room.deliver(heard);
      } catch (err) {
        logger.debug({ err }, 'reading ended executions failed');
      }
      if (room.size() > 0) await withTimeout(woken, REREAD_MS);
    }
    watching = undefined;
  };

  feed.onEnded((executionId) => {
    if (room.has(executionId)) wake();
  });

  return {
    register(executionId, waitedFor = 'end') {
      if (room.size() >= MAX_WAITERS) throw retryLater(new errors.Busy('waiting callers'), 1);
      let resolve: Resolve = () => undefined;
      const end = new Promise<Outcome | undefined>((fulfil) => (resolve = fulfil));
      room.enter(executionId, resolve, waitedFor);
      return {
        async ended(timeoutMs) {
          if (isClosing) return undefined;
          watching ??= watch();
          return withTimeout(end, timeoutMs);
        },
        dispose() {
          room.leave(executionId, resolve);
          // Else the timer of whoever still waits would hold a closing process.
          resolve(undefined);
        },
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
