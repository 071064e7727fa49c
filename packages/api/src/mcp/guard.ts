import type { Logger } from '@mcp-server/shared';

import { toProtocolError } from './refusals.ts';

/** Wraps a handler: whatever it throws becomes a protocol error that reveals no internals. */
export type Guard = <A extends unknown[], R>(
  handle: (...parameters: A) => Promise<R>,
) => (...parameters: A) => Promise<R>;

export const buildGuard =
  (logger: Logger): Guard =>
  (handle) =>
  async (...parameters) => {
    try {
      return await handle(...parameters);
    } catch (error) {
      throw toProtocolError(error, logger);
    }
  };
