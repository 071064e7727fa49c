import { randomUUID } from 'node:crypto';

import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { buildQueue, type Catalogue, type Logger } from '@mcp-server/shared';
import type { FastifyPluginCallback } from 'fastify';

import { toCatalogueError, toProblem } from '../http/problem.ts';

type Queue = ReturnType<typeof buildQueue>;
type Redis = Parameters<typeof buildQueue>[1];

const BASE_PATH = '/admin/queues';

/** The dashboard of the queues; whoever mounts its pages guards them. */
export interface Board {
  pages: FastifyPluginCallback;
  /** Shows the queues of every pool that was ever seen. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

interface BoardOptions {
  redis: Redis;
  prefix: string;
  catalogue: Catalogue;
  isWritable: boolean;
  logger: Logger;
}

export function createBoard({ redis, prefix, catalogue, isWritable, logger }: BoardOptions): Board {
  const queues = new Map<string, Queue>();
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(BASE_PATH);
  const { addQueue } = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'MCP server', hideRedisDetails: true } },
  });
  // Its own answer would carry the message of whatever was thrown.
  serverAdapter.setErrorHandler((err) => {
    logger.warn({ err }, 'dashboard request failed');
    const known = toCatalogueError(err, 0);
    return { status: known.statusCode as 500, body: toProblem(known, randomUUID()) as never };
  });

  const show = (pool: string): void => {
    const queue = buildQueue(pool, redis, prefix);
    queue.on('error', (err) => logger.debug({ err, pool }, 'queue connection error'));
    queues.set(pool, queue);
    addQueue(new BullMQAdapter(queue, { readOnlyMode: !isWritable, allowRetries: isWritable }));
  };

  return {
    pages: serverAdapter.registerPlugin(),
    async refresh() {
      // BullMQ keeps the outcome of a first contact for ever, so none is made while Redis is away.
      if (redis.status !== 'ready') return;
      for (const { plugin } of await catalogue.list()) if (!queues.has(plugin.pool)) show(plugin.pool);
    },
    async close() {
      await Promise.all([...queues.values()].map((queue) => queue.close().catch(() => undefined)));
    },
  };
}
