import { flag, settingsGroup, wholeNumber } from '@mcp-server/shared';

import { secretText } from './secrets.ts';

/** Settings of live events, and of the pages for operators. */
export const liveConfig = (options: { mustBeStrong: boolean }) => ({
  ...settingsGroup('Live events', {
    WS_MAX_SOCKETS: wholeNumber(1, 1_000_000)
      .default(10_000)
      .describe('WebSockets and event streams that one API process holds open'),
    WS_MAX_SOCKETS_PER_USER: wholeNumber(1, 100_000).default(100).describe('The same, of one user'),
    WS_PING_MS: wholeNumber(100, 600_000)
      .default(30_000)
      .describe('Interval of pings; a client that misses one is disconnected (ms)'),
  }),
  ...settingsGroup('Pages for operators', {
    METRICS_TOKEN: secretText(options)
      .optional()
      .describe('Token for `/metrics` of the API; unset, only this machine may read it'),
    DASHBOARD_WRITE: flag().describe('`1`: admins may change queues in the dashboard'),
  }),
});
