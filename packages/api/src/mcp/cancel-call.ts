import { setTimeout as delay } from 'node:timers/promises';

import { listByMcpCall, type Logger } from '@mcp-server/shared';

import { type CancelDeps, cancelOwnExecution } from '../services/executions/cancel-execution.ts';
import type { Principal } from '../services/principal.ts';

/** Pauses between looks for a call that is not stored yet: its request may still be on its way, or the database away. */
const LOOK_AGAIN_MS = [50, 100, 200, 400, 800, 1_600, 3_200];

/** Cancels calls by their names. */
export interface CallCanceller {
  /** Resolves after the first look; if the call is not stored yet, it is looked for during the next seconds. */
  cancel(principal: Principal, mcpCall: string): Promise<void>;
  /** Stops looking. */
  close(): void;
}

export function buildCallCanceller(deps: CancelDeps & { logger: Logger }): CallCanceller {
  const closing = new AbortController();

  /** False if no call has this name, or if that cannot be read. */
  const look = async (principal: Principal, mcpCall: string): Promise<boolean> => {
    try {
      const ids = await listByMcpCall(deps.models.ExecutionModel, { ownerId: principal.userId, mcpCall });
      for (const id of ids) await cancelOwnExecution(deps, principal, id);
      return ids.length > 0;
    } catch (err) {
      deps.logger.debug({ err }, 'cancelling a call failed');
      return false;
    }
  };
  const lookAgain = async (principal: Principal, mcpCall: string): Promise<void> => {
    for (const pauseMs of LOOK_AGAIN_MS) {
      await delay(pauseMs, undefined, { signal: closing.signal });
      if (await look(principal, mcpCall)) return;
    }
  };
  return {
    async cancel(principal, mcpCall) {
      // Rejects only when the process closes.
      if (!(await look(principal, mcpCall))) lookAgain(principal, mcpCall).catch(() => undefined);
    },
    close: () => closing.abort(),
  };
}
