import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { LoopbackServer } from '../loopback-server.ts';
import { storesDocuments } from '../mongodb-probe.ts';
import { mongodbUrl, type Log, type RunningService } from '../service.ts';

/** Starts a standalone mongod with its data in `dir`. */
export async function startMongod(binary: string, dir: string, log: Log): Promise<RunningService> {
  const dbPath = join(dir, 'db');
  mkdirSync(dbPath, { recursive: true });
  const server = await LoopbackServer.start({
    name: 'mongod',
    logPath: join(dir, 'mongod.log'),
    command: (port) => [binary, '--dbpath', dbPath, '--port', String(port), '--bind_ip', '127.0.0.1'],
    isReady: storesDocuments,
  });
  const url = mongodbUrl(server.port);
  log(`MongoDB is ready at ${url}`);
  return { url, description: `${binary}, files in ${dir}`, control: server, close: () => server.close() };
}
