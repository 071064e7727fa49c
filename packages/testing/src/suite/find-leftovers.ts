import { existsSync, readdirSync, readFileSync } from 'node:fs';

import { createMongo, createRedis } from '@mcp-server/shared';

/** Variable that every process of a test inherits; its value names the run. */
export const RUN_MARK = 'MCP_SERVER_TEST_RUN';

/** Leftovers of a run, one line each: processes, connections to its Redis, keys and databases. */
export async function findLeftovers(run: string, env: NodeJS.ProcessEnv): Promise<string[]> {
  const inStores = [findInRedis(run, env['REDIS_URL'] ?? ''), findInMongodb(run, env['MONGODB_URI'] ?? '')];
  return [...findProcesses(run), ...(await Promise.all(inStores)).flat()];
}

/** Processes that inherited the mark. Linux only: on other systems no environment can be read. */
function findProcesses(run: string): string[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN_MARK}=${run}`))
          return [];
        return [
          `process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`,
        ];
      } catch {
        // It has just ended, or belongs to another user.
        return [];
      }
    });
}

/** Keys of the run's namespaces and connections other than this one; a queue or worker is both. */
async function findInRedis(run: string, url: string): Promise<string[]> {
  const redis = createRedis(url, 'consumer', () => undefined);
  try {
    const keys = await redis.keys(`test-${run}-*`);
    const own = await redis.client('ID');
    const clients = String(await redis.client('LIST'))
      .trim()
      .split('\n');
    return [
      ...keys.map((key) => `Redis key ${key}`),
      ...clients
        .filter((client) => !client.startsWith(`id=${own} `))
        .map((client) => `Redis connection ${client}`),
    ];
  } finally {
    redis.disconnect();
  }
}

async function findInMongodb(run: string, uri: string): Promise<string[]> {
  const timeoutMs = 10_000;
  const mongo = createMongo({
    uri,
    maxPoolSize: 1,
    serverSelectionTimeoutMs: timeoutMs,
    socketTimeoutMs: timeoutMs,
  });
  try {
    await mongo.connection.asPromise();
    const { databases = [] } = (await mongo.connection.db?.admin().listDatabases({ nameOnly: true })) ?? {};
    return databases
      .filter(({ name }) => name.startsWith(`test-${run}-`))
      .map(({ name }) => `database ${name}`);
  } finally {
    await mongo.close();
  }
}
