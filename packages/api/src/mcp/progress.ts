import { type ExecutionEvent, isEnded, withTimeout } from '@mcp-server/shared';
import type { ServerContext } from '@modelcontextprotocol/server';

import type { EventFeed } from '../redis/event-feed.ts';
import { type Holder, requireStillAuthorized } from '../services/holder.ts';

/** How long the last progress may still be in flight once the end is known. */
const DRAIN_MS = 250;

/** Progress notifications of one call. */
export interface ProgressWatch {
  /** Passes on the progress of this execution from now on, and what has arrived before. */
  follow(executionId: string): void;
  /** Waits until the events of an ended execution have arrived. */
  drain(): Promise<void>;
  stop(): void;
}

const NO_PROGRESS: ProgressWatch = {
  follow: () => undefined,
  drain: async () => undefined,
  stop: () => undefined,
};

/** Subscribes before the work is submitted, so that nothing is missed. Without a `progressToken` it does nothing. */
export async function watchProgress(
  feed: EventFeed,
  holder: Holder,
  { mcpReq }: ServerContext,
): Promise<ProgressWatch> {
  const progressToken = mcpReq._meta?.progressToken;
  if (progressToken === undefined) return NO_PROGRESS;
  const drained = Promise.withResolvers<void>();
  let id: string | undefined;
  let earlyEvents: ExecutionEvent[] = [];
  let last = Number.NEGATIVE_INFINITY;

  const report = ({ executionId, progress, status }: ExecutionEvent): void => {
    if (executionId !== id) return;
    // The protocol requires progress to grow, but a new attempt starts over.
    if (progress && progress.done > last) {
      last = progress.done;
      const { done, total, message } = progress;
      const params = {
        progressToken,
        progress: done,
        ...(total === undefined ? {} : { total }),
        ...(message === undefined ? {} : { message }),
      };
      const notify = () => mcpReq.notify({ method: 'notifications/progress', params });
      // The client may have gone.
      requireStillAuthorized(holder)
        .then(notify)
        .catch(() => undefined);
    }
    if (isEnded(status)) drained.resolve();
  };
  const stop = await feed.watch(holder.principal.userId, {
    onEvent(event) {
      if (id === undefined) earlyEvents.push(event);
      else report(event);
    },
    onGap: () => undefined,
  });
  return {
    follow(executionId) {
      id = executionId;
      for (const event of earlyEvents) report(event);
      earlyEvents = [];
    },
    drain: () => withTimeout(drained.promise, DRAIN_MS),
    stop,
  };
}
