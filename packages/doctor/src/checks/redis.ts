import { defineCheck, fail, ok, warn } from '../check.ts';
import { hostOf } from '../host.ts';
import { readInfo } from '../redis-info.ts';
import { compareVersions } from '../version.ts';

/** The minimum that BullMQ recommends. */
const OLDEST = '6.2';
const RECOMMENDED = '7.0';

export default defineCheck({
  async run({ isUp, refusals, redis, env }) {
    const host = hostOf(env.REDIS_URL);
    if (!isUp.redis && refusals.redis !== undefined)
      return fail(`${host}: ${refusals.redis}`, 'fix REDIS_URL; API and workers exit with 78');
    if (!isUp.redis) {
      return fail(
        `${host} does not answer`,
        'start it, or fix REDIS_URL (host, user, password, TLS); until then accepted work waits',
      );
    }
    const { redis_version: version = '0' } = await readInfo(redis, 'server');
    const fact = `version ${version} at ${host}`;
    if (compareVersions(version, OLDEST) < 0) return fail(fact, `update to ${RECOMMENDED} or newer`);
    if (compareVersions(version, RECOMMENDED) < 0) return warn(fact, `update to ${RECOMMENDED} or newer`);
    return ok(fact);
  },
});
