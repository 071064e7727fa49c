import { cancelChannel } from '@mcp-server/shared';
import type { Redis } from 'ioredis';

import type { Runs } from './attempt/runs.ts';
import type { Deps } from './deps.ts';

/** Stops runs as soon as a cancel is broadcast. Without Redis the beat reads the flag, so 2 s hold either way. */
export async function listenForCancels(deps: Deps, subscriber: Redis, runs: Runs): Promise<void> {
  subscriber.on('message', (_channel, executionId) => runs.stop(executionId, 'cancel'));
  await subscriber.subscribe(cancelChannel(deps.config.REDIS_PREFIX));
}
