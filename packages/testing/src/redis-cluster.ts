import { join } from 'node:path';

import { findFreePort, startRedisWith } from '@mcp-server/local';
import { createRedis } from '@mcp-server/shared';

import { waitFor } from './wait-for.ts';

export interface RedisCluster {
  /** URL of each node. */
  urls: string[];
  close(): Promise<void>;
}

const NODES = 3;
const SLOTS = 16_384;

/** Starts a Redis Cluster of three nodes, which share the slots evenly; its files are in `dir`. */
export async function startRedisCluster(dir: string): Promise<RedisCluster> {
  const nodes = await Promise.all(Array.from({ length: NODES }, (_none, index) => startNode(dir, index)));
  const connections = nodes.map(({ url }) => createRedis(url, 'consumer', () => undefined));
  try {
    const [first] = nodes;
    for (const [index, redis] of connections.entries()) {
      const [from, to] = [index, index + 1].map((part) => Math.floor((part * SLOTS) / NODES)) as [
        number,
        number,
      ];
      await redis.cluster('ADDSLOTSRANGE', from, to - 1);
      const { hostname, port } = new URL(first?.url ?? '');
      await redis.call('CLUSTER', 'MEET', hostname, port, String(first?.busPort));
    }
    await waitFor('the cluster', async () => {
      const states = await Promise.all(connections.map((redis) => redis.cluster('INFO')));
      return states.every((state) => /cluster_state:ok/.test(state) && /cluster_known_nodes:3/.test(state));
    });
  } finally {
    for (const redis of connections) redis.disconnect();
  }
  return {
    urls: nodes.map(({ url }) => url),
    async close() {
      await Promise.all(nodes.map((node) => node.close()));
    },
  };
}

/** The port of the cluster bus is free too: by default it is 10,000 higher, which may be above the last one. */
async function startNode(dir: string, index: number) {
  const busPort = await findFreePort();
  const settings = ['--cluster-enabled', 'yes', '--cluster-port', String(busPort)];
  const node = await startRedisWith(settings, join(dir, `node-${index}`));
  return { url: node.url, busPort, close: () => node.close() };
}
