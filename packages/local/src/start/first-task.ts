import { setTimeout as delay } from 'node:timers/promises';

import { databaseOf } from '@mcp-server/shared/env-file';
import { MongoClient } from 'mongodb';

import { ResponseError, requestJson } from './json-request.ts';
import { StartError } from './product-process.ts';

export interface FirstTask {
  task: Record<string, unknown>;
  accepted: Record<string, unknown>;
  execution: Record<string, unknown>;
  /** The execution's document in the database. */
  stored: unknown;
}

const TASK = {
  title: 'My First Task',
  description: 'Testing the task system',
  priority: 'high',
  plugin: 'sample',
  action: 'echo',
  payload: { message: 'Hello from task!' },
  tags: ['test', 'demo'],
};
const CATALOGUE_WAIT_MS = 20_000;
const PAUSE_MS = 100;

/** Creates a task, executes it, waits for its end, and reads the execution from the database. */
export async function runFirstTask(apiUrl: string, token: string, mongodbUri: string): Promise<FirstTask> {
  const task = await createTask(apiUrl, token);
  const accepted = await requestJson(`${apiUrl}/api/tasks/${String(task['id'])}/execute`, {
    method: 'POST',
    token,
  });
  const id = String(accepted['executionId']);
  const execution = await requestJson(`${apiUrl}/api/executions/${id}?wait=30`, { token });
  if (execution['status'] !== 'completed') {
    throw new StartError(`The first task did not complete: ${JSON.stringify(execution)}`, 1);
  }
  return { task, accepted, execution, stored: await readStored(mongodbUri, id) };
}

/** Creates the task; retries until the worker has published its plugins. */
async function createTask(apiUrl: string, token: string): Promise<Record<string, unknown>> {
  const deadline = performance.now() + CATALOGUE_WAIT_MS;
  for (;;) {
    try {
      return await requestJson(`${apiUrl}/api/tasks`, { method: 'POST', token, body: TASK });
    } catch (error) {
      const isTooEarly = error instanceof ResponseError && (error.status === 404 || error.status === 503);
      if (!isTooEarly || performance.now() > deadline) throw error;
      await delay(PAUSE_MS);
    }
  }
}

async function readStored(mongodbUri: string, id: string): Promise<unknown> {
  const client = new MongoClient(mongodbUri);
  try {
    return await client
      .db(databaseOf(mongodbUri))
      .collection<{ _id: string }>('pluginexecutions')
      .findOne({ _id: id });
  } finally {
    await client.close();
  }
}
