import type { Redis } from 'ioredis';

import { defineCheck, fail, type Finding, problemsOr, warn } from '../check.ts';
import { readInfo } from '../redis-info.ts';

/** Undefined if CONFIG is not allowed. */
const readFsync = (redis: Redis): Promise<string | undefined> =>
  redis.config('GET', 'appendfsync').then(
    (answer) => (answer as string[])[1],
    () => undefined,
  );

export default defineCheck({
  needs: ['redis'],
  async run({ redis }) {
    const [info, fsync] = await Promise.all([readInfo(redis, 'persistence'), readFsync(redis)]);
    const wrong: Finding[] = [];
    if (info['aof_enabled'] !== '1') {
      wrong.push(fail('the append-only file is off: a restart loses the queue', 'set appendonly yes'));
    } else if (fsync === 'no') {
      wrong.push(warn('the fsync policy of the append-only file is "no"', 'set appendfsync everysec'));
    }
    if (info['aof_last_write_status'] === 'err') {
      wrong.push(
        fail('the append-only file cannot be written', 'free disk space; until then nothing is queued'),
      );
    }
    if (info['aof_last_bgrewrite_status'] === 'err') {
      wrong.push(warn('the last rewrite of the append-only file failed', 'check its log, memory and disk'));
    }
    return problemsOr(wrong, `append-only file on, appendfsync ${fsync ?? 'unknown'}`);
  },
});
