import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';

import { FatalError } from '@mcp-server/plugin-sdk';

import type { Resolve } from '../agent.ts';
import { performRequest, type RequestContext } from '../perform.ts';
import { RequestInput, type RequestOutput } from '../request-input.ts';
import { HttpSettings } from '../settings.ts';

interface Teardown {
  teardown(fn: () => Promise<void> | void): void;
}

/** The only name that tests may call; all others are blocked as in production. */
export const SERVICE = 'service.test';

/** Opens a third-party service at `http://service.test:<port>`. */
export async function openService(
  t: Teardown,
  listener: (...args: Parameters<RequestListener>) => unknown,
): Promise<string> {
  const server = createServer((request, response) => void listener(request, response));
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return `http://${SERVICE}:${(server.address() as AddressInfo).port}`;
}

/** Opens a listener that must never get a connection; without `at` on every address of this machine. */
export async function openCanary(
  t: Teardown,
  at: { port: number; host?: string } = { port: 0 },
): Promise<{ port: number; count: () => number }> {
  let count = 0;
  const server = createTcpServer((socket) => {
    count++;
    socket.destroy();
  });
  server.listen(at);
  await once(server, 'listening');
  t.teardown(async () => {
    server.close();
    await once(server, 'close');
  });
  return { port: (server.address() as AddressInfo).port, count: () => count };
}

/** Builds a resolver from a table of names; a name that is not in it does not exist. */
export function resolveFrom(table: Readonly<Record<string, readonly string[]>>): Resolve {
  return (hostname, _options, callback) => {
    const addresses = table[hostname];
    if (!addresses) return callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
    callback(
      null,
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  };
}

/** Runs `http.request` as a worker does: input through its schema, settings from texts. */
export function runRequest(
  input: Record<string, unknown>,
  options: {
    settings?: Record<string, string>;
    resolve?: Resolve;
    signal?: AbortSignal;
    secret?: RequestContext['secret'];
  } = {},
): Promise<RequestOutput> {
  const ctx: RequestContext = {
    idempotencyKey: 'execution-1',
    settings: HttpSettings.parse(options.settings ?? { allow: SERVICE }),
    signal: options.signal ?? new AbortController().signal,
    secret:
      options.secret ??
      (() =>
        Promise.reject(new FatalError('There are no secrets in this test.', { code: 'SECRET_UNKNOWN' }))),
  };
  const resolve = options.resolve ?? resolveFrom({ [SERVICE]: ['127.0.0.1'] });
  return performRequest(RequestInput.parse(input), ctx, resolve);
}

/** Returns the error that a run ends with. @throws {Error} when it succeeds. */
export async function failureOf(
  run: Promise<unknown>,
): Promise<Error & { code?: string; retryAfterMs?: number }> {
  const outcome = await run.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('the request succeeded');
}

/** Reads the whole body of a request to a service. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

export function respondJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
