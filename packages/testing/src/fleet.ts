import { fileURLToPath } from 'node:url';

import { acceptExecution, buildQueue, enqueueExecution, type ExecutionRecord } from '@mcp-server/shared';

import { buildExecution } from './execution-builder.ts';
import { type Namespace, openNamespace } from './namespace.ts';
import { type ProductProcess, startProcess } from './process.ts';
import { waitFor } from './wait-for.ts';

/** Workers of one namespace, and functions that submit work without an API. */
export interface Fleet {
  space: Namespace;
  startWorker: (env?: Record<string, string>) => Promise<ProductProcess>;
  /** Accepts and enqueues an execution. */
  submit: (changes?: Partial<ExecutionRecord>) => Promise<string>;
  /** Accepts without enqueueing, like an API that dies right after the insert. */
  accept: (changes?: Partial<ExecutionRecord>) => Promise<string>;
  read: (id: string) => Promise<ExecutionRecord>;
  /** Waits until the execution has this status. */
  reach: (id: string, status: ExecutionRecord['status'], timeoutMs?: number) => Promise<ExecutionRecord>;
}

interface Teardown {
  teardown(fn: () => Promise<void>): void;
}

export const FIXTURE_PLUGINS = fileURLToPath(new URL('../plugins/', import.meta.url));

/** Folder of the plugin `forecast`: version 1.0.0, 2.0.0, or 2.0.0 in the pool `east`. */
export const forecastFolder = (kind: 'one' | 'two' | 'east'): string =>
  fileURLToPath(new URL(`../versions/${kind}/`, import.meta.url));

export async function openFleet(t: Teardown, redisUrl?: string): Promise<Fleet> {
  const space = await openNamespace(t, redisUrl);
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  const { ExecutionModel } = space.models;
  const read = async (id: string) => {
    const execution = await ExecutionModel.findById(id).lean<ExecutionRecord>();
    if (!execution) throw new Error(`no execution ${id}`);
    return execution;
  };
  const accept = async (changes: Partial<ExecutionRecord> = {}) => {
    const execution = buildExecution(changes);
    await acceptExecution(ExecutionModel, execution);
    return execution._id;
  };
  return {
    space,
    read,
    accept,
    startWorker: (env = {}) =>
      startProcess(t, 'worker', { ...space.env, PLUGINS_DIR: FIXTURE_PLUGINS, ...env }),
    async submit(changes = {}) {
      const id = await accept(changes);
      await enqueueExecution(queue, { ...buildExecution(changes), _id: id });
      return id;
    },
    reach: (id, status, timeoutMs) =>
      waitFor(
        `${id} to be ${status}`,
        async () => {
          const execution = await read(id);
          return execution.status === status && execution;
        },
        timeoutMs,
      ),
  };
}
