import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient, type MongoClientOptions } from 'mongodb';

import { startLocalServices, type LocalServices } from '../local-services.ts';

/** The part of tap's `t` that is needed here. */
interface Test {
  teardown(close: () => Promise<unknown> | void): void;
}

/** Services of a test's own, on a fresh data directory, whatever the environment offers; both end with the test. */
export async function startOwnServices(t: Test): Promise<LocalServices & { readonly dataDir: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'mcp-local-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  const env = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };
  const services = await startLocalServices({ dataDir, env, log: () => undefined });
  t.teardown(() => services.close());
  return { ...services, dataDir };
}

/** A client that ends with the test. */
export async function connect(t: Test, uri: string, options: MongoClientOptions = {}): Promise<MongoClient> {
  const client = await MongoClient.connect(uri, options);
  t.teardown(() => client.close());
  return client;
}
