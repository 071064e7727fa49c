import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

import { createRedis, endedChannel } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import { type HttpClient, openHttpClient } from '../drive/http-client.ts';
import { type McpClient, openMcpClient } from '../drive/mcp-client.ts';
import type { Child } from './child.ts';
import type { Stage } from './stage.ts';

/** Limits out of the way, because they are not measured here. */
const NO_LIMITS = {
  RATE_LIMIT_MAX_REQUESTS: '1000000000',
  AUTH_LIMIT_FAILURES: '1000000',
  MAX_UNFINISHED_PER_USER: '10000000',
  MAX_UNFINISHED: '100000000',
};
const PLUGINS = fileURLToPath(new URL('../../plugins/', import.meta.url));
const CREDENTIALS = { email: 'bench@example.com', password: 'Correct-horse-bench-battery' };
const ALL_ENDED_MS = 300_000;

/** One API and one worker, an account, and a notification for every execution that ends. */
export interface Product {
  api: Child;
  worker: Child;
  ownerId: string;
  /** Opens an HTTP client with the account's key. */
  openClient(connections: number): HttpClient;
  openAnonymousClient(connections: number): HttpClient;
  /** The account's. */
  credentials: { email: string; password: string };
  /** Opens an MCP client with the account's key. */
  openMcpClient(connections: number): McpClient;
  /** Number of ends stored since the start. */
  ended(): number;
  /** Resolves once this many have ended. */
  untilEnded(count: number): Promise<void>;
}

export async function startProduct(stage: Stage): Promise<Product> {
  const secret = () => randomBytes(48).toString('base64url');
  const api = await stage.startProduct('api', {
    PORT: '0',
    DRAIN_DELAY_MS: '0',
    JWT_SECRET: secret(),
    REFRESH_TOKEN_SECRET: secret(),
    ...NO_LIMITS,
  });
  const worker = await stage.startProduct('worker', { WORKER_PORT: '0', PLUGINS_DIR: PLUGINS });
  const url = String(api.started['address']);
  const { ownerId, key } = await openAccount(url);
  const headers = { authorization: `Bearer ${key}` };
  const openClient = (connections: number) => openHttpClient(url, { connections, headers });
  await untilKnown(openClient);
  return {
    api,
    worker,
    ownerId,
    openClient,
    openAnonymousClient: (connections) => openHttpClient(url, { connections }),
    credentials: CREDENTIALS,
    openMcpClient: (connections) => openMcpClient(url, { connections, headers }),
    ...countEnds(stage),
  };
}

/** Creates an account with an API key; a key does not expire during a long run, a token does. */
async function openAccount(url: string): Promise<{ ownerId: string; key: string }> {
  const anonymous = openHttpClient(url, { connections: 1 });
  const { user, accessToken } = await anonymous.send('POST', '/api/auth/register', {
    username: 'bench',
    ...CREDENTIALS,
  });
  await anonymous.close();
  const session = openHttpClient(url, {
    connections: 1,
    headers: { authorization: `Bearer ${String(accessToken)}` },
  });
  const scopes = ['mcp', 'execute', 'tasks:read', 'tasks:write'];
  const { key } = await session.send('POST', '/api/auth/api-key/generate', { name: 'bench', scopes });
  await session.close();
  return { ownerId: (user as { id: string }).id, key: String(key) };
}

async function untilKnown(openClient: Product['openClient']): Promise<void> {
  const client = openClient(1);
  await waitFor('a first execution', () =>
    client.send('POST', '/mcp/execute', { plugin: 'sample', action: 'echo', payload: { message: 'first' } }),
  );
  await client.close();
}

/** A worker publishes each id after its end is stored. */
function countEnds(stage: Stage): Pick<Product, 'ended' | 'untilEnded'> {
  const { redisUrl, prefix } = stage.space;
  const redis = createRedis(redisUrl, 'subscriber', () => undefined);
  stage.defer(() => redis.disconnect());
  let ended = 0;
  redis.on('message', () => (ended += 1));
  void redis.subscribe(endedChannel(prefix));
  return {
    ended: () => ended,
    untilEnded: async (count) => void (await waitFor(`${count} ends`, () => ended >= count, ALL_ENDED_MS)),
  };
}
