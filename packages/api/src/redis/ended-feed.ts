import { type createRedis, endedChannel, type StoreContact } from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** Ids of executions that ended, published by workers. Only a hint: messages get lost, the document decides. */
export interface EndedFeed {
  onEnded(listener: (executionId: string) => void): void;
}

/** Creates the single subscription of this process. */
export function createEndedFeed(redis: Redis, prefix: string, contact: StoreContact): EndedFeed {
  const channel = endedChannel(prefix);
  // Rejects if the connection is closed or the user lacks the right; after a reconnect ioredis subscribes again by itself.
  redis.subscribe(channel).catch((error: unknown) => {
    if (redis.status !== 'end') contact.failed(error);
  });
  return {
    onEnded(listener) {
      redis.on('message', (from, executionId) => {
        if (from === channel) listener(executionId);
      });
    },
  };
}
