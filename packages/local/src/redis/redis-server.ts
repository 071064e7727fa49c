import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LoopbackServer } from '../loopback-server.ts';
import type { Log, RunningService } from '../service.ts';
import { answersPing } from './redis-probe.ts';

const SETTINGS = [
  ['--bind', '127.0.0.1'],
  ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  // Evicted jobs would be lost; BullMQ warns about a server that evicts.
  ['--maxmemory-policy', 'noeviction'],
  ['--save', ''],
  ['--daemonize', 'no'],
].flat();

/** Starts a Redis with its append-only file in `dir`, and with further command-line settings. */
export async function startRedisServer(
  binary: string,
  dir: string,
  log: Log,
  settings: readonly string[] = [],
): Promise<RunningService> {
  mkdirSync(dir, { recursive: true });
  const server = await LoopbackServer.start({
    name: 'Redis',
    logPath: join(dir, 'redis.log'),
    command: (port) => [binary, '--port', String(port), '--dir', dir, ...SETTINGS, ...settings],
    isReady: answersPing,
  });
  const url = `redis://127.0.0.1:${server.port}`;
  log(`Redis is ready at ${url}`);
  const description = `${binary}, append-only file in ${dir}`;
  return { url, description, control: server, close: () => server.close() };
}
