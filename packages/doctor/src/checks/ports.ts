import { once } from 'node:events';
import { createConnection } from 'node:net';

import { defineCheck, fail, type Finding, ok } from '../check.ts';

const TIMEOUT_MS = 5_000;
/** A field of `/health/ready` that only processes of this product send. */
const OURS = { PORT: 'mongodb', WORKER_PORT: 'worker' } as const;

async function isTaken(host: string, port: number): Promise<boolean> {
  const socket = createConnection({ host, port });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy());
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function isOurs(url: string, field: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return field in ((await response.json()) as Record<string, unknown>);
  } catch {
    return false;
  }
}

async function judge(name: keyof typeof OURS, host: string, port: number): Promise<Finding> {
  if (port === 0) return ok(`${name} 0: any free port`);
  // A program that listens on every address listens here too.
  const here = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  if (!(await isTaken(here, port))) return ok(`${name} ${port} is free`);
  if (await isOurs(`http://${here}:${port}`, OURS[name]))
    return ok(`${name} ${port} is used by this product`);
  return fail(`${name} ${port} is used by another program`, `stop that program, or choose another ${name}`);
}

export default defineCheck({
  run: ({ env }) =>
    Promise.all([judge('PORT', env.HOST, env.PORT), judge('WORKER_PORT', env.WORKER_HOST, env.WORKER_PORT)]),
});
