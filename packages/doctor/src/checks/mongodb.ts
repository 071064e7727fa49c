import { defineCheck, fail, ok, warn } from '../check.ts';
import { hostOf } from '../host.ts';
import { compareVersions } from '../version.ts';

/** Older servers lack operators that update pipelines use. */
const OLDEST = '4.4';
/** The oldest version that still gets fixes. */
const RECOMMENDED = '6.0';

export default defineCheck({
  async run({ isUp, refusals, mongo, env }) {
    const host = hostOf(env.MONGODB_URI);
    if (!isUp.mongodb && refusals.mongodb !== undefined)
      return fail(`${host}: ${refusals.mongodb}`, 'fix MONGODB_URI; API and workers exit with 78');
    if (!isUp.mongodb) {
      return fail(
        `${host} does not answer`,
        'start it, or fix MONGODB_URI (host, user, password) or the network',
      );
    }
    const build = await mongo.connection.db?.command({ buildInfo: 1 });
    const version = String(build?.['version']);
    const fact = `version ${version} at ${host}`;
    if (compareVersions(version, OLDEST) < 0) return fail(fact, `update to ${RECOMMENDED} or newer`);
    if (compareVersions(version, RECOMMENDED) < 0) return warn(fact, `update to ${RECOMMENDED} or newer`);
    return ok(fact);
  },
});
