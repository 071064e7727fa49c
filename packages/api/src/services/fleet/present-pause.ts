import { type Pause, type PauseRecord, unreadableOf } from '@mcp-server/shared';

export const presentPause = (pause: PauseRecord): Pause => ({
  since: pause.since.toISOString(),
  by: pause.by,
  ...(pause.reason === undefined ? {} : { reason: pause.reason }),
  ...unreadableOf(pause),
});
