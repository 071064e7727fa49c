import { cancelChannel, pausesChannel } from '@mcp-server/shared';
import type { Redis } from 'ioredis';

import type { Deps } from './deps.ts';

interface Handlers {
  onCancel: (executionId: string) => void;
  /** Called when a pool or plugin was paused or resumed. */
  onPauses: () => void;
}

/**
 * Subscribes to cancels and pauses, to react at once. Without Redis both are read from the database, so 2 s hold either
 * way.
 */
export async function listen(
  { config }: Deps,
  subscriber: Redis,
  { onCancel, onPauses }: Handlers,
): Promise<void> {
  const [cancels, pauses] = [cancelChannel(config.REDIS_PREFIX), pausesChannel(config.REDIS_PREFIX)];
  subscriber.on('message', (channel, message) => {
    if (channel === cancels) onCancel(message);
    if (channel === pauses) onPauses();
  });
  await subscriber.subscribe(cancels, pauses);
}
