import { randomBytes } from 'node:crypto';

import type tap from 'tap';

import { type MarkedStart, startMarked } from './start-marked.ts';
import { removeTraces } from './test-database.ts';

/** Runs `npm start` on empty data, with its own database and Redis prefix on the servers of the test run. */
export async function startForTest(
  t: Pick<typeof tap, 'teardown'>,
  env: Record<string, string> = {},
): Promise<MarkedStart> {
  const { MONGODB_URI = '', REDIS_URL = '' } = process.env;
  const name = `start-${randomBytes(4).toString('hex')}`;
  const mongodbUri = new URL(MONGODB_URI);
  mongodbUri.pathname = `/${name}`;
  const services = { MONGODB_URI: mongodbUri.href, REDIS_URL, REDIS_PREFIX: name };
  const started = await startMarked(t, ['start'], { ...services, ...env });
  t.teardown(async () => {
    started.child.kill('SIGTERM');
    // An API that is still ending would create the collections again.
    await started.waitUntilGone();
    await removeTraces(mongodbUri.href, REDIS_URL, name);
  });
  return started;
}
