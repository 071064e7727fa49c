import { killRedisEvery } from './redis-kills.ts';
import { defineRow } from './row.ts';

export default defineRow({
  id: 'F6',
  title: 'SIGKILL and restart of Redis every 4 s, append-only file each second',
  quiescenceSeconds: 45,
  run: (rig) => killRedisEvery(rig, 'everysec'),
});
