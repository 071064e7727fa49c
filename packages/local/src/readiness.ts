import { setTimeout as delay } from 'node:timers/promises';

import type { ServerProcess } from './server-process.ts';
import { LocalServiceError } from './service-error.ts';

/** Long enough for a crash recovery of a large data directory. */
const READY_MS = 60_000;
const STEP_MS = 25;

/** Waits until a real command is answered; fails at once, with the end of its log, when the server ends instead. */
export async function waitUntilReady(
  name: string,
  server: ServerProcess,
  isReady: () => Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + READY_MS;
  while (!(await isReady())) {
    if (!server.isRunning)
      throw new LocalServiceError(`${name} ended while it started:\n${server.logTail()}`);
    if (Date.now() > deadline) {
      throw new LocalServiceError(`${name} gave no answer within ${READY_MS / 1000} s:\n${server.logTail()}`);
    }
    await delay(STEP_MS);
  }
}
