import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';

import { waitFor } from '@mcp-server/testing';
import { type ClientOptions, WebSocket } from 'ws';

import { startTestApp, type TestApp } from './test-app.ts';

export type Received = { type: string; id?: string; executionId?: string } & Record<string, unknown>;

/** A client of `/ws`, like a program or a browser. */
export interface TestSocket {
  ws: WebSocket;
  received: Received[];
  send: (message: unknown) => void;
  /** Waits for the first message that matches. */
  receive: (what: string, fits: (message: Received) => boolean) => Promise<Received>;
  subscribe: (topics: string[], lastEventId?: string) => Promise<Received>;
  closed: Promise<number>;
}

type Teardown = { teardown(fn: () => void): void };

/** Opens a socket; rejects with the status if it is refused. */
export async function openSocket(
  t: Teardown,
  url: string,
  { protocols = [], ...options }: ClientOptions & { protocols?: string[] },
): Promise<TestSocket> {
  const ws = new WebSocket(url, protocols, options);
  t.teardown(() => ws.terminate());
  const received: Received[] = [];
  ws.on('message', (text: Buffer) => received.push(JSON.parse(text.toString()) as Received));
  const closed = once(ws, 'close').then(([code]) => Number(code));
  closed.catch(() => undefined);
  await new Promise<void>((resolve, reject) => {
    ws.once('open', resolve);
    ws.once('unexpected-response', (_request, response: IncomingMessage) => {
      reject(new RefusedError(response.statusCode ?? 0));
      response.destroy();
    });
    ws.on('error', reject);
  });
  const receive: TestSocket['receive'] = (what, fits) => waitFor(what, () => received.find(fits));
  const send = (message: unknown) => ws.send(JSON.stringify(message));
  return {
    ws,
    received,
    closed,
    send,
    receive,
    async subscribe(topics, lastEventId) {
      const before = received.length;
      send({ type: 'subscribe', topics, ...(lastEventId === undefined ? {} : { lastEventId }) });
      return waitFor('the answer to subscribe', () =>
        received.slice(before).find(({ type }) => type === 'subscribed' || type === 'error'),
      );
    },
  };
}

class RefusedError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/** Returns the status with which a socket is refused. */
export async function refusal(...parameters: Parameters<typeof openSocket>): Promise<number> {
  try {
    const { ws } = await openSocket(...parameters);
    ws.terminate();
    return 101;
  } catch (error) {
    if (error instanceof RefusedError) return error.status;
    throw error;
  }
}

/** Starts the application on its own port. */
export async function startListening(
  t: Parameters<typeof startTestApp>[0],
  env: Record<string, string> = {},
): Promise<TestApp & { address: string; url: string }> {
  const test = await startTestApp(t, env);
  const address = await test.app.listen({ port: 0, host: '127.0.0.1' });
  return { ...test, address, url: `${address.replace('http', 'ws')}/ws` };
}
