import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient, type MongoClientOptions } from 'mongodb';

import { startLocalServices, type LocalServices } from '../local-services.ts';

/** The part of tap's `t` that these functions use. */
interface Test {
  teardown(close: () => Promise<unknown> | void): void;
}

/** Starts services for one test in a new data directory, even if the environment names others; they end with the test. */
export async function startOwnServices(t: Test): Promise<LocalServices & { readonly dataDir: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mcp-local-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
  const services = await startLocalServices({ dataDir, env, log: () => undefined });
  t.teardown(() => services.close());
  return { ...services, dataDir };
}

/** Connects a client that is closed with the test. */
export async function connect(t: Test, uri: string, options: MongoClientOptions = {}): Promise<MongoClient> {
  const client = await MongoClient.connect(uri, options);
  t.teardown(() => client.close());
  return client;
}

const UNLINK_ALL = "for _, key in ipairs(redis.call('keys', ARGV[1])) do redis.call('unlink', key) end";

/** Removes a database and every Redis key with this prefix. */
export async function removeTraces(mongodbUri: string, redisUrl: string, prefix: string): Promise<void> {
  const client = await MongoClient.connect(mongodbUri);
  await client.db().dropDatabase();
  await client.close();
  const { hostname, port } = new URL(redisUrl);
  const socket = createConnection({ host: hostname, port: Number(port) });
  socket.write(`EVAL "${UNLINK_ALL}" 0 "${prefix}:*"\r\n`);
  await once(socket, 'data');
  socket.destroy();
}
