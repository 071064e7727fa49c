import { positiveInt } from '@mcp-server/shared';
import { z } from 'zod';

import { secretText } from './secrets.ts';

/** Settings of sockets, metrics and dashboard. */
export const liveConfig = (options: { mustBeStrong: boolean }) => ({
  /** Open sockets and event streams of one process, and of one user in it. */
  WS_MAX_SOCKETS: positiveInt(1, 1_000_000).default(10_000),
  WS_MAX_SOCKETS_PER_USER: positiveInt(1, 100_000).default(100),
  /** A client that does not answer between two pings is gone. */
  WS_PING_MS: positiveInt(100, 600_000).default(30_000),
  /** Opens `/metrics` from elsewhere than this machine. */
  METRICS_TOKEN: secretText(options).optional(),
  /** `1`: admins may change queues in the dashboard. */
  DASHBOARD_WRITE: z.enum(['0', '1']).default('0'),
});
