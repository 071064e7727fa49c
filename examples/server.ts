import { randomBytes } from 'node:crypto';

/** A running server as these stories see it: its address, and a key that signs requests. */
export interface Server {
  url: string;
  apiKey: string;
  /** Sends JSON and resolves to the response. @throws {Error} with the problem document on 4xx and 5xx. */
  call(method: string, path: string, options?: CallOptions): Promise<Reply>;
}

interface CallOptions {
  body?: unknown;
  headers?: Record<string, string>;
}

interface Reply {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- stories read it as any client would
  body: any;
}

/**
 * Connects to the server at MCP_SERVER_URL (default http://127.0.0.1:3000) with the key in MCP_SERVER_API_KEY. Without a
 * key it registers an account of its own, so that a story runs right after `npm start`.
 */
export async function openServer(): Promise<Server> {
  const url = process.env['MCP_SERVER_URL'] ?? 'http://127.0.0.1:3000';
  const apiKey = process.env['MCP_SERVER_API_KEY'] ?? (await createKey(url));
  return {
    url,
    apiKey,
    call: (method, path, { body, headers } = {}) =>
      send(`${url}${path}`, method, { body, headers: { 'X-API-Key': apiKey, ...headers } }),
  };
}

async function createKey(url: string): Promise<string> {
  const name = `example-${randomBytes(4).toString('hex')}`;
  const account = {
    email: `${name}@example.com`,
    username: name,
    password: randomBytes(18).toString('base64url'),
  };
  const registered = await send(`${url}/api/auth/register`, 'POST', { body: account });
  const headers = { Authorization: `Bearer ${registered.body.accessToken}` };
  const key = { name, scopes: ['tasks:read', 'tasks:write', 'execute', 'mcp'] };
  return (await send(`${url}/api/auth/api-key/generate`, 'POST', { body: key, headers })).body.key;
}

async function send(url: string, method: string, { body, headers }: CallOptions): Promise<Reply> {
  const response = await fetch(url, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${text}`);
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
