import { buildLogger, type Role, type Task } from '@mcp-server/shared';
import { type Namespace, openNamespace } from '@mcp-server/testing';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';

import { buildApp } from '../app.ts';
import { loadApiEnv } from '../config/config.ts';
import type { Config } from '../config/config.ts';
import { connect } from '../connect.ts';
import type { Deps } from '../deps.ts';

type Teardown = Parameters<typeof openNamespace>[0];
type Env = Record<string, string>;

const TEST_SECRETS_KEY = '3f9c1b7e5a2d8046c1e7b95f03da6482917c5ebf28d4a063e9b1750fc846ad32';

/** bcrypt's minimum: a sign-up costs 1 ms in place of 60. */
const PASSWORD_COST = 4;

/** The application on real services, in a namespace of its own. */
export interface TestApp extends Namespace {
  app: FastifyInstance;
  deps: Deps;
  inject: (options: InjectOptions) => Promise<LightMyRequestResponse>;
  /** Registers an account; resolves to the headers of a signed-in request and to the response. */
  signUp: (name: string, role?: Role) => Promise<Account>;
}

export interface Account {
  id: string;
  headers: { authorization: string };
  refreshToken: string;
}

function buildTestConfig(env: Env): Config {
  const secret = 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U';
  return {
    ...loadApiEnv({
      LOG_LEVEL: 'silent',
      JWT_SECRET: secret,
      REFRESH_TOKEN_SECRET: `${secret}2`,
      SECRETS_KEY: TEST_SECRETS_KEY,
      ...env,
    }),
    JWT_SECRET: env.JWT_SECRET ?? secret,
    REFRESH_TOKEN_SECRET: `${secret}2`,
    weak: [],
  };
}

/** Builds the application with the services that `env` names; they need not be reachable. */
export async function startApp(
  t: Teardown,
  env: Env,
  options: Parameters<typeof buildApp>[1] = {},
): Promise<Pick<TestApp, 'app' | 'deps' | 'inject'>> {
  const config = buildTestConfig(env);
  const connected = connect(config, buildLogger({ name: 'api', level: config.LOG_LEVEL }), {
    passwordCost: PASSWORD_COST,
  });
  const app = await buildApp(connected.deps, options);
  t.teardown(async () => {
    await app.close();
    await connected.close();
  });
  if (env.EXPECT_DATABASE !== 'no') await connected.prepared;
  return { app, deps: connected.deps, inject: (options) => app.inject(options) };
}

export async function startTestApp(
  t: Teardown,
  env: Env = {},
  options: Parameters<typeof buildApp>[1] = {},
): Promise<TestApp> {
  // The application creates the indexes itself.
  const namespace = await openNamespace(t, undefined, { hasIndexes: false });
  const started = await startApp(t, { ...namespace.env, ...env }, options);
  const signUp = async (name: string, role: Role = 'user'): Promise<Account> => {
    const reply = await started.inject({
      method: 'POST',
      url: '/api/auth/register',
      payload: { email: `${name}@example.com`, username: name, password: 'Test123456', role },
    });
    if (reply.statusCode !== 201) throw new Error(`${name} could not register: ${reply.body}`);
    const { user, accessToken, refreshToken } = reply.json<{
      user: { id: string };
      accessToken: string;
      refreshToken: string;
    }>();
    return { id: user.id, headers: { authorization: `Bearer ${accessToken}` }, refreshToken };
  };
  return { ...namespace, ...started, signUp };
}

/** Publishes `sample.echo`, whose input is a text `message`, as a worker would. */
export async function publishSample({ models }: Namespace): Promise<void> {
  const schema = JSON.stringify({
    type: 'object',
    properties: { message: { type: 'string' } },
    required: ['message'],
    additionalProperties: false,
  });
  await models.PluginModel.create({
    _id: 'sample@1.0.0',
    id: 'sample',
    version: '1.0.0',
    pool: 'default',
    title: 'Sample',
    description: '',
    actions: [
      {
        name: 'echo',
        title: 'Echo',
        description: '',
        inputSchema: schema,
        outputSchema: schema,
        timeoutMs: 5_000,
        retry: { attempts: 3, backoff: 'fixed', delayMs: 100, maxDelayMs: 1_000 },
        onCrash: 'rerun',
        annotations: {},
        isTool: true,
        tool: { asTask: 'auto', inputFirst: false, onDisconnect: 'cancel' },
      },
    ],
    resources: [],
    prompts: [],
    hash: 'test',
    publishedBy: 'test',
    seenAt: new Date(),
  });
}

export const ECHO = { plugin: 'sample', action: 'echo', payload: { message: 'hello' } };

/** Creates a task of `sample.echo`. */
export async function createEchoTask(
  { inject }: Pick<TestApp, 'inject'>,
  { headers }: Account,
): Promise<Task> {
  const reply = await inject({
    method: 'POST',
    url: '/api/tasks',
    headers,
    payload: { title: 'Echo', ...ECHO },
  });
  return reply.json<Task>();
}
