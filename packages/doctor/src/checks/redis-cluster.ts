import { isClusterNode } from '@mcp-server/shared';

import { defineCheck, fail, ok } from '../check.ts';

export default defineCheck({
  needs: ['redis'],
  async run({ redis }) {
    if (!(await isClusterNode(redis))) return ok('not a node of a Redis Cluster');
    return fail(
      'a node of a Redis Cluster: it holds only some of the keys, and API and workers refuse to start',
      'point REDIS_URL at a Redis that is not in cluster mode, with replicas if you want a standby',
    );
  },
});
