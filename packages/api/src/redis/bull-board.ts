import { randomUUID } from 'node:crypto';

import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import { type Catalogue, type Logger, type PoolQueues } from '@mcp-server/shared';
import type { FastifyPluginCallback } from 'fastify';

import { toCatalogueError, toProblem } from '../http/problem.ts';

const BASE_PATH = '/admin/queues';

/** The dashboard of the queues. The route that mounts its pages must guard them. */
export interface Board {
  pages: FastifyPluginCallback;
  /** Shows the queue of every pool in the catalogue. */
  refresh(): Promise<void>;
}

interface BoardOptions {
  queues: PoolQueues;
  catalogue: Catalogue;
  isWritable: boolean;
  logger: Logger;
}

export function createBoard({ queues, catalogue, isWritable, logger }: BoardOptions): Board {
  const shown = new Set<string>();
  const serverAdapter = new FastifyAdapter();
  serverAdapter.setBasePath(BASE_PATH);
  const { addQueue } = createBullBoard({
    queues: [],
    serverAdapter,
    options: { uiConfig: { boardTitle: 'MCP server', hideRedisDetails: true } },
  });
  // Bull Board's own response would contain the message of the error.
  serverAdapter.setErrorHandler((err) => {
    logger.warn({ err }, 'dashboard request failed');
    const error = toCatalogueError(err, 0);
    return { status: error.statusCode as 500, body: toProblem(error, randomUUID()) as never };
  });

  const show = (pool: string): void => {
    if (shown.has(pool)) return;
    shown.add(pool);
    // A finished job belongs to an execution that has ended: only a rerun starts it again.
    addQueue(new BullMQAdapter(queues.of(pool), { readOnlyMode: !isWritable, allowRetries: false }));
  };

  return {
    pages: serverAdapter.registerPlugin(),
    async refresh() {
      for (const { plugin } of await catalogue.list()) show(plugin.pool);
    },
  };
}
