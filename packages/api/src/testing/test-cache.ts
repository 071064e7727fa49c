import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Execution, JsonValue } from '@mcp-server/shared';
import { type ProductProcess, waitFor } from '@mcp-server/testing';
import type { Test } from 'tap';

import { startWorker } from './mcp-client.ts';
import { type Account, startTestApp, type TestApp } from './test-app.ts';

const SECRETS_KEY = '5f9c1b7e5a2d8046c1e7b95f03da6482917c5ebf28d4a063e9b1750fc846ad32';

const SDK = new URL('../../../plugin-sdk/src/index.ts', import.meta.url).href;

/** A plugin whose results tell one run from another. `edition` stands in its code. */
const sourceOf = (edition: string): string => `
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from '${import.meta.resolve('zod')}';
import { defineAction, definePlugin, RetryableError } from '${SDK}';
const settings = z.object({ level: z.coerce.number().default(0) });
const lookup = (cache, run = () => undefined) => defineAction({
  title: 'T', description: 'D', settings, cache,
  annotations: { readOnly: true },
  input: z.looseObject({}),
  output: z.object({ run: z.string(), edition: z.string(), level: z.number() }),
  async run(input, ctx) {
    await run(ctx, input);
    return { run: randomUUID(), edition: '${edition}', level: ctx.settings.level };
  },
  toContent: ({ run }) => [{ type: 'text', text: run }],
});
const shared = { ttlMs: 600_000, shared: true };
export default definePlugin({
  id: 'cached', version: '1.0.0', title: 'T', description: 'D', settings,
  actions: {
    own: lookup({ ttlMs: 600_000 }),
    slow: lookup({ ttlMs: 600_000 }, () => delay(300)),
    short: lookup({ ttlMs: 400 }),
    shared: lookup(shared),
    'reads-user': lookup(shared, (ctx) => ctx.userId),
    'reads-id': lookup(shared, ({ idempotencyKey }) => idempotencyKey),
    'reads-secret': lookup(shared, (ctx) => ctx.secret('token')),
    'reads-no-secret': lookup(shared, (ctx) => ctx.secret('absent').catch(() => undefined)),
    'reads-answer': lookup(shared, (ctx) => ctx.requestInput(z.object({ name: z.string() }), 'Who?')),
    'reads-step': lookup(shared, async (ctx) => {
      await ctx.once('step', () => ctx.userId);
      if (ctx.attempt === 1) throw new RetryableError('once more', { retryAfterMs: 0 });
    }),
  },
});`;

export interface Called {
  executionId: string;
  status: string;
  cached?: true;
  result?: { run: string; edition: string; level: number };
}

/** An application and a worker whose plugin `cached` can be edited. */
export interface CacheTest extends TestApp {
  worker: ProductProcess;
  /** Calls an action of the plugin and waits for its end. */
  call: (account: Account, action: string, payload?: JsonValue, headers?: object) => Promise<Called>;
  read: (account: Account, id: string) => Promise<Execution>;
  /** Starts another worker, with another edition of the code or with other settings. */
  replaceWorker: (change: { edition?: string; env?: Record<string, string> }) => Promise<void>;
}

export async function startCacheTest(t: Test): Promise<CacheTest> {
  const dir = t.testdir({});
  const edit = async (edition: string) => {
    await mkdir(join(dir, 'cached'), { recursive: true });
    await writeFile(join(dir, 'cached', 'index.mjs'), sourceOf(edition));
  };
  await edit('first');
  const test = await startTestApp(t, { SECRETS_KEY });
  const env = { PLUGINS_DIR: dir, SECRETS_KEY };
  let worker = await startWorker(t, test, env);
  return {
    ...test,
    worker,
    async call({ headers }, action, payload = {}, more = {}) {
      const reply = await test.inject({
        method: 'POST',
        url: '/mcp/execute',
        headers: { ...headers, ...more },
        payload: { plugin: 'cached', action, payload },
      });
      return { ...reply.json<Called>() };
    },
    read: async ({ headers }, id) =>
      (await test.inject({ url: `/api/executions/${id}`, headers })).json<Execution>(),
    async replaceWorker({ edition, env: more = {} }) {
      const before = await revisionOf(test);
      if (edition !== undefined) await edit(edition);
      await worker.end('SIGTERM');
      worker = await startWorker(t, test, { ...env, ...more });
      await waitFor('another revision', async () => (await revisionOf(test)) !== before);
    },
  };
}

async function revisionOf({ deps }: TestApp): Promise<string | undefined> {
  return (await deps.catalogue.find('cached', 'own')).plugin.revision;
}
