import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { createMongo, createRedis } from '@mcp-server/shared';

/** Variable that everything a test starts inherits: its value names the run. */
export const RUN_MARK = 'MCP_SERVER_TEST_RUN';

const TIMEOUT_MS = 10_000;

/** Lines that each name something in the stores or among the processes. */
type Inventory = ReadonlySet<string>;

/** Databases, Redis prefixes, Redis connections, and processes that inherited the mark of this run. */
export async function takeInventory(run: string, env: NodeJS.ProcessEnv): Promise<Inventory> {
  const stores = [listRedis(env['REDIS_URL'] ?? ''), listDatabases(env['MONGODB_URI'] ?? '')];
  return new Set([...listProcesses(run), ...(await Promise.all(stores)).flat()]);
}

/** Everything in an inventory that an earlier one does not have. */
export const findLeftovers = (before: Inventory, after: Inventory): string[] =>
  [...after].filter((line) => !before.has(line));

/** Linux only: elsewhere the environment of a process cannot be read. */
function listProcesses(run: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        if (!environment.includes(`${RUN_MARK}=${run}`)) return [];
        return [
          `process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`,
        ];
      } catch {
        // It has just ended, or belongs to another user.
        return [];
      }
    });
}

/** A queue or a worker that is left shows as a connection, and its keys under their prefix. */
async function listRedis(url: string): Promise<string[]> {
  const redis = createRedis(url, 'consumer', () => undefined);
  try {
    const prefixes = new Set((await redis.keys('*')).map((key) => key.split(':')[0]));
    const own = await redis.client('ID');
    const clients = String(await redis.client('LIST'))
      .trim()
      .split('\n');
    return [
      ...[...prefixes].map((prefix) => `Redis keys ${prefix}:*`),
      ...clients
        .filter((client) => !client.startsWith(`id=${own} `))
        .map(
          (client) =>
            `Redis connection ${/^id=\d+ addr=\S+/.exec(client)?.[0]} ${/ name=\S*/.exec(client)?.[0].trim()}`,
        ),
    ];
  } finally {
    redis.disconnect();
  }
}

async function listDatabases(uri: string): Promise<string[]> {
  const mongo = createMongo({
    uri,
    maxPoolSize: 1,
    serverSelectionTimeoutMs: TIMEOUT_MS,
    socketTimeoutMs: TIMEOUT_MS,
  });
  try {
    await mongo.connection.asPromise();
    const { databases = [] } = (await mongo.connection.db?.admin().listDatabases({ nameOnly: true })) ?? {};
    return databases.map(({ name }) => `database ${name}`);
  } finally {
    await mongo.close();
  }
}
