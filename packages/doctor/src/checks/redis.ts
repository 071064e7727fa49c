import { defineCheck, fail, ok, warn } from '../check.ts';
import { hostOf } from '../host.ts';
import { readInfo } from '../redis-info.ts';
import { compareVersions } from '../version.ts';

/** The minimum that BullMQ recommends. */
const OLDEST = '6.2';
const KEPT = '7.0';

export default defineCheck({
  async run({ isUp, redis, env }) {
    const host = hostOf(env.REDIS_URL);
    if (!isUp.redis) {
      return fail(
        `${host} does not answer`,
        'start it, or fix REDIS_URL (host, user, password, TLS); until then accepted work waits',
      );
    }
    const { redis_version: version = '0' } = await readInfo(redis, 'server');
    const found = `version ${version} at ${host}`;
    if (compareVersions(version, OLDEST) < 0) return fail(found, `update to ${KEPT} or newer`);
    if (compareVersions(version, KEPT) < 0) return warn(found, `update to ${KEPT} or newer`);
    return ok(found);
  },
});
