import type { Pause, PauseRecord } from '@mcp-server/shared';

export const presentPause = ({ since, by, reason }: PauseRecord): Pause => ({
  since: since.toISOString(),
  by,
  ...(reason === undefined ? {} : { reason }),
});
