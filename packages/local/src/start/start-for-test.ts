import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type tap from 'tap';

import { findFreePort } from '../free-port.ts';
import { removeTraces } from '../testing/test-database.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** Runs `npm start` on empty data, with its own database and Redis prefix on the servers of the test run. */
export async function startForTest(
  t: Pick<typeof tap, 'testdir' | 'teardown'>,
  env: Record<string, string> = {},
): Promise<{ url: string; output: string[] }> {
  const name = `start-${randomBytes(4).toString('hex')}`;
  const mongodbUri = new URL(process.env['MONGODB_URI'] ?? '');
  mongodbUri.pathname = `/${name}`;
  const port = await findFreePort();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      ...process.env,
      MONGODB_URI: mongodbUri.href,
      REDIS_PREFIX: name,
      PORT: String(port),
      DATA_DIR: t.testdir({}),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exited;
    await removeTraces(mongodbUri.href, process.env['REDIS_URL'] ?? '', name);
  });
  const output: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line);
    if (line.includes('Everything is up')) break;
  }
  return { url: `http://127.0.0.1:${port}`, output };
}
