import { killRedisEvery } from './redis-kills.ts';
import { defineRow } from './row.ts';

export default defineRow({
  id: 'F6-always',
  title: 'SIGKILL and restart of Redis every 4 s, append-only file with each write',
  isQuick: false,
  quiescenceSeconds: 45,
  run: (rig) => killRedisEvery(rig, 'always'),
});
