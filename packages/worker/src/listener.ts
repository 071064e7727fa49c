import { cancelChannel, packagesChannel, pausesChannel } from '@mcp-server/shared';
import type { Redis } from 'ioredis';

import type { Deps } from './deps.ts';

interface Handlers {
  onCancel: (executionId: string) => void;
  /** Called when a pool or plugin was paused or resumed. */
  onPauses: () => void;
  /** Called when another version of a package is wanted, or its lockfile is there. */
  onPackages: () => void;
}

/**
 * Subscribes to cancels, pauses and changes of packages, to react at once. Without Redis all are read from the database, so 2 s hold either
 * way.
 */
export async function listen(
  { config }: Deps,
  subscriber: Redis,
  { onCancel, onPauses, onPackages }: Handlers,
): Promise<void> {
  const { REDIS_PREFIX: prefix } = config;
  const [cancels, pauses, packages] = [cancelChannel(prefix), pausesChannel(prefix), packagesChannel(prefix)];
  subscriber.on('message', (channel, message) => {
    if (channel === cancels) onCancel(message);
    if (channel === pauses) onPauses();
    if (channel === packages) onPackages();
  });
  await subscriber.subscribe(cancels, pauses, packages);
}
