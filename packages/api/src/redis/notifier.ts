import {
  accountsChannel,
  cancelChannel,
  createRedis,
  endedChannel,
  packagesChannel,
  pausesChannel,
} from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** Notifies other processes. Only hints: those who miss one find the same in the documents later. */
export interface Notifier {
  ended(executionId: string): Promise<void>;
  cancelRequested(executionId: string): Promise<void>;
  /** A pool or plugin was paused or resumed. */
  pausesChanged(name: string): Promise<void>;
  /** Another version of a package is wanted, or none. */
  packagesChanged(name: string): Promise<void>;
  /** The rights of a user changed. */
  accountChanged(userId: string): Promise<void>;
}

export function buildNotifier(redis: Redis, prefix: string): Notifier {
  const publish = async (channel: string, message: string): Promise<void> => {
    try {
      await redis.publish(channel, message);
    } catch {
      // Redis is unavailable: the beat and the waiters read the documents anyway.
    }
  };
  return {
    ended: (executionId) => publish(endedChannel(prefix), executionId),
    cancelRequested: (executionId) => publish(cancelChannel(prefix), executionId),
    pausesChanged: (name) => publish(pausesChannel(prefix), name),
    packagesChanged: (name) => publish(packagesChannel(prefix), name),
    accountChanged: (userId) => publish(accountsChannel(prefix), userId),
  };
}
