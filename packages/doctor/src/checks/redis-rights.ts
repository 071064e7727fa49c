import { describeRedisRefusal, probeRedis } from '@mcp-server/shared';

import { defineCheck, fail, ok } from '../check.ts';

export default defineCheck({
  needs: ['redis'],
  async run({ redis, env }) {
    try {
      await probeRedis(redis, env.REDIS_PREFIX);
      return ok('the user of REDIS_URL may run every command that the product needs');
    } catch (error) {
      const reason = describeRedisRefusal(error);
      return fail(
        reason ?? 'Redis does not take writes at the moment',
        reason === undefined
          ? 'look at its memory, its disk and its role'
          : 'give it the rights that infra/redis/start.sh gives',
      );
    }
  },
});
