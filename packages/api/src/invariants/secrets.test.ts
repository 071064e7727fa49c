import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Execution } from '@mcp-server/shared';
import {
  FIXTURE_PLUGINS,
  type Namespace,
  openNamespace,
  type ProductProcess,
  runEnvironment,
  startProcess,
  waitFor,
} from '@mcp-server/testing';
import t, { type Test } from 'tap';

const MARKER = 'marker-7d21/x+y"z=&';
const BASIC = Buffer.from(`user:${MARKER}`).toString('base64');
/** Derived forms as they would stand in a text, and once more inside JSON. */
const FORMS = [
  MARKER,
  encodeURIComponent(MARKER),
  JSON.stringify(MARKER).slice(1, -1),
  BASIC.slice(7, -3),
  'marker-7d21',
];
const ROTATE = new URL('../rotate-secrets.ts', import.meta.url).pathname;
const newKey = () => randomBytes(32).toString('hex');

interface Product {
  space: Namespace;
  api: ProductProcess;
  worker: ProductProcess;
  signUp: (
    name: string,
    role?: string,
  ) => Promise<(method: string, path: string, body?: object) => Promise<Reply>>;
}
interface Reply {
  status: number;
  json: Record<string, unknown>;
}
type Caller = Awaited<ReturnType<Product['signUp']>>;

/** An API and a worker as processes, which log everything. */
async function startProduct(t: Test, keys: { api: string; worker: string }): Promise<Product> {
  const space = await openNamespace(t, undefined, { hasIndexes: false });
  const env = { ...space.env, LOG_LEVEL: 'trace' };
  const api = await startProcess(t, 'api', {
    ...env,
    DATA_DIR: t.testdir({}),
    SECRETS_KEY: keys.api,
    DRAIN_DELAY_MS: '0',
  });
  const worker = await startProcess(t, 'worker', {
    ...env,
    PLUGINS_DIR: FIXTURE_PLUGINS,
    HTTP_PLUGIN_ALLOW: '127.0.0.1,localhost',
    SECRETS_KEY: keys.worker,
  });
  const url = String(api.started['address']);
  const send = async (
    method: string,
    path: string,
    body: object | undefined,
    token?: string,
  ): Promise<Reply> => {
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await reply.text();
    return { status: reply.status, json: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> };
  };
  await waitFor('the catalogue', async () => (await space.models.PluginModel.countDocuments()) >= 4);
  return {
    space,
    api,
    worker,
    async signUp(name, role = 'user') {
      const account = { email: `${name}@example.com`, username: name, password: 'Test123456', role };
      const { json } = await send('POST', '/api/auth/register', account);
      return (method, path, body) => send(method, path, body, String(json['accessToken']));
    },
  };
}

const run = async (call: Caller, plugin: string, action: string, payload: object): Promise<Execution> =>
  (await call('POST', '/mcp/execute', { plugin, action, payload, wait: 30 })).json as unknown as Execution;

async function everythingStored({ mongo, redis, prefix }: Namespace): Promise<string> {
  const { db } = mongo.connection;
  if (!db) throw new Error('no database');
  const collections = await db.listCollections().toArray();
  const documents = await Promise.all(collections.map(({ name }) => db.collection(name).find().toArray()));
  const keys = await redis.keys(`${prefix}:*`);
  const values = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  return [JSON.stringify(documents), ...values.map((value) => value?.toString('latin1') ?? '')].join('\n');
}

t.test('with one key', { timeout: 120_000 }, async (t) => {
  const key = newKey();
  const { space, api, worker, signUp } = await startProduct(t, { api: key, worker: key });

  await t.test(
    "a user's secret is theirs, a global one is for granted plugins, an own one comes first",
    async (t) => {
      const [admin, mary, john] = [
        await signUp('admin', 'admin'),
        await signUp('mary'),
        await signUp('john'),
      ];
      const plugins = [{ plugin: 'fixture' }];
      await mary('PUT', '/api/secrets/mine', { value: 'x'.repeat(10), plugins });
      await mary('PUT', '/api/secrets/other-plugin', {
        value: 'x'.repeat(11),
        plugins: [{ plugin: 'http' }],
      });
      await mary('PUT', '/api/secrets/of-package', {
        value: 'x'.repeat(11),
        plugins: [{ plugin: 'fixture', package: '@acme/fixture' }],
      });
      await admin('PUT', '/api/secrets/shared', { value: 'x'.repeat(12), scope: 'global', plugins });
      await mary('PUT', '/api/secrets/shared', { value: 'x'.repeat(13), plugins });
      const read = async (caller: Caller, name: string) => {
        const { result, failure } = await run(caller, 'fixture', 'read-secret', { name });
        return failure?.code ?? (result as { length: number }).length;
      };

      t.same(
        await Promise.all([
          read(mary, 'mine'),
          read(mary, 'shared'),
          read(john, 'shared'),
          read(admin, 'shared'),
        ]),
        [10, 13, 12, 12],
      );
      t.same(
        await Promise.all([
          read(john, 'mine'),
          read(admin, 'mine'),
          read(mary, 'other-plugin'),
          read(mary, 'of-package'),
        ]),
        ['SECRET_UNKNOWN', 'SECRET_UNKNOWN', 'SECRET_NOT_GRANTED', 'SECRET_NOT_GRANTED'],
      );

      // Someone who can write to the database gives himself what is not his.
      const { SecretModel } = space.models;
      const mine = await SecretModel.findOne({ name: 'mine' }).lean();
      const shared = await SecretModel.findOne({ name: 'shared', owner: 'global' }).lean();
      await SecretModel.collection.insertOne({
        ...shared,
        _id: `${mine?.owner}/copy`,
        owner: mine?.owner,
        name: 'copy',
      } as never);
      await SecretModel.updateOne({ name: 'other-plugin' }, { $set: { plugins } });
      t.same(await Promise.all([read(mary, 'copy'), read(mary, 'other-plugin')]), [
        'SECRET_UNREADABLE',
        'SECRET_UNREADABLE',
      ]);
    },
  );

  await t.test('a marker secret and its derived forms are found nowhere in clear', async (t) => {
    const mary = await signUp('marker');
    const grants = [{ plugin: 'fixture' }, { plugin: 'http' }];
    const echo = createServer((request, response) =>
      response.end(JSON.stringify([request.url, request.headers])),
    );
    echo.listen(0, '127.0.0.1');
    await once(echo, 'listening');
    t.teardown(() => echo.close());
    const host = `127.0.0.1:${(echo.address() as AddressInfo).port}`;
    const stored = await mary('PUT', '/api/secrets/marker', {
      value: MARKER,
      hosts: [host],
      plugins: grants,
    });
    t.equal(stored.status, 200);

    const replies = [
      await run(mary, 'fixture', 'leak-secret', { name: 'marker', as: 'result' }),
      await run(mary, 'fixture', 'leak-secret', { name: 'marker', as: 'error' }),
      await run(mary, 'http', 'request', {
        url: `http://${host}/a`,
        secrets: { query: { k: 'marker' }, headers: { 'x-k': 'marker' } },
      }),
      await run(mary, 'http', 'request', {
        url: `http://${host}/b`,
        secrets: { basic: { username: 'user', password: 'marker' } },
      }),
      await run(mary, 'http', 'request', {
        url: `http://localhost:${host.split(':')[1]}/`,
        secrets: { bearer: 'marker' },
      }),
    ];
    const file = join(t.testdir({}), 'environments');
    await run(mary, 'fixture', 'child-environment', { file });
    const environments = readFileSync(file, 'latin1');
    // Last, because it ends the worker.
    await mary('POST', '/mcp/execute', {
      plugin: 'fixture',
      action: 'leak-secret',
      payload: { name: 'marker', as: 'late' },
      wait: 0,
    });
    await waitFor('the last words', async () =>
      worker.lines.some((line) => line.includes('unexpected error')),
    );

    t.match(replies, [
      {
        status: 'completed',
        result: { texts: ['[redacted]', '[redacted]', /\[redacted\]/, /\[redacted\]/], step: /\[redacted\]/ },
      },
      { status: 'failed', failure: { message: /\[redacted\]/ } },
      { status: 'completed', result: { status: 200, url: `http://${host}/a?k=[redacted]` } },
      { status: 'completed', result: { status: 200 } },
      { status: 'failed', failure: { code: 'SECRET_HOST' } },
    ]);
    const everything = [
      JSON.stringify(replies),
      await everythingStored(space),
      ...api.lines,
      ...worker.lines,
      environments,
    ].join('\n');
    for (const form of FORMS) t.notOk(everything.includes(form), form);
    t.match(everything, /"msg":"secret read"/, 'the log says that it was read');
    t.notOk(
      environments.includes(key),
      'a child finds the key neither in its environment nor in that of the worker',
    );
    const ofApi = readFileSync(`/proc/${api.pid}/environ`, 'latin1');
    t.notOk(ofApi.includes(key), 'nor in that of the API');
    t.match(environments, /\0MONGODB_URI=\*+\0/, 'what /proc shows of the worker');
    t.ok(environments.includes(`MONGODB_URI=${space.mongodbUri}`), 'process.env itself keeps its values');
  });
});

t.test('the keys are rotated under load, and no execution fails', async (t) => {
  const [old, fresh] = [newKey(), newKey()];
  // In the middle of the change: the worker has the new order, this API not yet.
  const { signUp, space } = await startProduct(t, { api: `${old},${fresh}`, worker: `${fresh},${old}` });
  const mary = await signUp('mary');
  const plugins = [{ plugin: 'fixture' }];
  const names = Array.from({ length: 20 }, (_, index) => `s-${index}`);
  for (const name of names) await mary('PUT', `/api/secrets/${name}`, { value: 'x'.repeat(9), plugins });
  const rotate = async () => {
    const command = spawn(process.execPath, ['--conditions=@mcp-server/source', ROTATE], {
      env: { ...runEnvironment(), ...space.env, SECRETS_KEY: `${fresh},${old}`, ENV_FILE: 'none' },
    });
    let text = '';
    command.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    command.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const [code] = (await once(command, 'close')) as [number];
    return { code, text };
  };

  const stop = new AbortController();
  const runs: Execution[] = [];
  const load = Array.from({ length: 4 }, async (_, lane) => {
    for (let index = lane; !stop.signal.aborted; index += 1)
      runs.push(await run(mary, 'fixture', 'read-secret', { name: names[index % names.length] ?? '' }));
  });
  await waitFor('some runs', async () => runs.length > 10);
  const rotated = await rotate();
  const seen = runs.length;
  await waitFor('runs with the new key', async () => runs.length > seen + 10);
  stop.abort();
  await Promise.all(load);

  t.match(rotated, { code: 0, text: /20 secrets now have the first key, 0 could not be read/ });
  t.same(
    runs.filter(({ status }) => status !== 'completed'),
    [],
    `${runs.length} runs`,
  );
  const keyIds = await space.models.SecretModel.distinct('keyId');
  t.equal(keyIds.length, 1);
});
