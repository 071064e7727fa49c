import { fileURLToPath } from 'node:url';

import { startNginx } from '@mcp-server/infra';
import {
  type Namespace,
  openNamespace,
  type ProductProcess,
  startProcess,
  waitFor,
} from '@mcp-server/testing';

import { startCredentialProxy } from './credential-proxy.ts';

const PLUGINS = fileURLToPath(new URL('../plugins/', import.meta.url));

/** Collects teardowns, like a test. */
export interface Owner {
  teardown(fn: () => Promise<void>): void;
  comment(text: string): void;
}

/** Two APIs behind nginx and two workers, with authentication on. */
export interface Rig {
  space: Namespace;
  /** URL of nginx. Every request needs credentials. */
  url: string;
  /** URL of a proxy in front of nginx that adds `apiKey` to every request. */
  openUrl: string;
  apiKey: string;
  apis: readonly ProductProcess[];
  workers: readonly ProductProcess[];
  /** API key of a separate account, with all scopes. */
  newApiKey(name: string): Promise<string>;
}

/** The suite sends as fast as it can, from one address and one user. */
const NO_LIMITS = { RATE_LIMIT_MAX_REQUESTS: '1000000', LOG_LEVEL: 'info' };

export async function startRig(t: Owner): Promise<Rig> {
  const space = await openNamespace(t);
  const env = { ...space.env, ...NO_LIMITS, TRUST_PROXY: '127.0.0.1' };
  const worker = () => startProcess(t, 'worker', { ...env, PLUGINS_DIR: PLUGINS });
  const workers = await Promise.all([worker(), worker()]);
  const apis = await Promise.all([startProcess(t, 'api', env), startProcess(t, 'api', env)]);
  const nginx = await startNginx(t, { apiPorts: apis.map(({ started }) => Number(started['port'])) });
  const newApiKey = (name: string) => createApiKey(nginx.url, name);
  const apiKey = await newApiKey('conformance');
  await waitFor('the fleet to offer the fixture plugin', () => isOffered(nginx.url, apiKey));
  const openUrl = await startCredentialProxy(t, { port: nginx.port, apiKey });
  return { space, url: nginx.url, openUrl, apiKey, apis, workers, newApiKey };
}

async function createApiKey(url: string, name: string): Promise<string> {
  const post = async (path: string, body: object, token?: string) => {
    const answer = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, string>;
  };
  const account = { email: `${name}@example.com`, username: name, password: 'A-long-enough-passphrase-1' };
  const { accessToken } = await post('/api/auth/register', account);
  const scopes = ['mcp', 'execute', 'tasks:read', 'tasks:write'];
  const { key } = await post('/api/auth/api-key/generate', { name, scopes }, accessToken);
  if (key === undefined) throw new Error('the API returned no key');
  return key;
}

async function isOffered(url: string, apiKey: string): Promise<boolean> {
  const answer = await fetch(`${url}/api/plugins/conformance`, { headers: { 'x-api-key': apiKey } });
  return answer.ok;
}
