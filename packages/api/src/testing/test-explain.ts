import {
  type Explanation,
  type JsonValue,
  queueName,
  type Reason,
  type ReasonCode,
} from '@mcp-server/shared';
import { FIXTURE_PLUGINS, type ProductProcess, startProcess, waitFor } from '@mcp-server/testing';
import { Worker } from 'bullmq';

import { type Account, startTestApp, type TestApp } from './test-app.ts';

/** Settings of workers that notice a death within two seconds. */
const FAST = { LEASE_MS: '1500', BEAT_MS: '300', STALLED_CHECK_MS: '300', SWEEP_MS: '300' };

/** An application with an admin, a user and workers, for explaining why executions wait. */
export interface ExplainCase {
  test: TestApp;
  admin: Account;
  mary: Account;
  startWorker: (env?: Record<string, string>) => Promise<ProductProcess>;
  /** Waits until the API knows a plugin. */
  knowPlugin: (id: string) => Promise<unknown>;
  /** Submits an execution of the user; resolves to its id. */
  submit: (action: string, payload?: JsonValue) => Promise<string>;
  post: (url: string, payload?: object, who?: Account) => Promise<{ status: number; body: JsonValue }>;
  explain: (id: string) => Promise<Explanation>;
  /** Waits until the explanation has this reason. */
  reasonOf: (id: string, code: ReasonCode) => Promise<Reason>;
}

export async function openExplainCase(
  t: Parameters<typeof startTestApp>[0],
  env: Record<string, string> = {},
): Promise<ExplainCase> {
  const test = await startTestApp(t, env);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  const post: ExplainCase['post'] = async (url, payload = {}, who = mary) => {
    const reply = await test.inject({ method: 'POST', url, headers: who.headers, payload });
    return { status: reply.statusCode, body: reply.json<JsonValue>() };
  };
  const explain = async (id: string) => {
    const reply = await test.inject({ url: `/api/executions/${id}/explain`, headers: mary.headers });
    if (reply.statusCode !== 200) throw new Error(reply.body);
    return reply.json<Explanation>();
  };
  return {
    test,
    admin,
    mary,
    post,
    explain,
    startWorker: (more = {}) =>
      startProcess(t, 'worker', { ...test.env, PLUGINS_DIR: FIXTURE_PLUGINS, ...FAST, ...more }),
    knowPlugin: (id) =>
      waitFor(`the plugin ${id}`, async () =>
        (await test.deps.catalogue.list()).some(({ plugin, isAlive }) => plugin.id === id && isAlive),
      ),
    async submit(name, payload = {}) {
      const [plugin, action] = name.split('.');
      const { status, body } = await post('/mcp/execute', { plugin, action, payload, wait: 0 });
      if (status !== 202) throw new Error(JSON.stringify(body));
      return (body as { executionId: string }).executionId;
    },
    reasonOf: (id, code) =>
      waitFor(
        `the reason ${code}`,
        async () => (await explain(id)).reasons.find((one) => one.code === code),
        40_000,
      ),
  };
}

/** Names of the timeline steps, in order. */
export const stepsOf = ({ timeline }: Explanation): string[] => timeline.map(({ what }) => what);

/** Takes the pool's jobs like a worker, but claims nothing, until the end of the test. */
export function takeAndHold(t: Parameters<typeof startTestApp>[0], { redis, prefix }: TestApp): void {
  const letGo = Promise.withResolvers<void>();
  const connection = redis.duplicate();
  const hands = new Worker(queueName('default'), () => letGo.promise, { connection, prefix });
  t.teardown(async () => {
    letGo.resolve();
    await hands.close();
    connection.disconnect();
  });
}
