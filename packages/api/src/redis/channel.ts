import type { createRedis, StoreContact } from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** Messages of one channel. Only hints: messages get lost, the document decides. */
export interface Channel {
  onMessage(listener: (message: string) => void): void;
}

/** Subscribes to a channel over a connection that several channels can share. */
export function subscribe(redis: Redis, name: string, contact: StoreContact): Channel {
  // Rejects if the connection is closed or the user lacks the right; after a reconnect ioredis subscribes again by itself.
  redis.subscribe(name).catch((error: unknown) => {
    if (redis.status !== 'end') contact.failed(error);
  });
  return {
    onMessage(listener) {
      redis.on('message', (from, message) => {
        if (from === name) listener(message);
      });
    },
  };
}
