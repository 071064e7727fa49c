import { readEvictionPolicy, SAFE_EVICTION_POLICY } from '@mcp-server/shared';

import { defineCheck, fail, ok } from '../check.ts';

export default defineCheck({
  needs: ['redis'],
  async run({ redis }) {
    const policy = await readEvictionPolicy(redis);
    if (policy === SAFE_EVICTION_POLICY) return ok(`maxmemory-policy is ${policy}`);
    return fail(
      `maxmemory-policy is ${policy ?? 'unknown'}: jobs may be evicted, and API and workers refuse to start`,
      `CONFIG SET maxmemory-policy ${SAFE_EVICTION_POLICY}, and set it in the configuration file`,
    );
  },
});
