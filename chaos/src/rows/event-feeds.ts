import type { ExecutionEvent } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Slot } from '../rig/slot.ts';

/** A follower of the events of one user. */
export interface Feed {
  name: string;
  events: ExecutionEvent[];
  resets: number;
  close: () => void;
}

/** Opens a WebSocket to one API for all executions of a user. */
export async function openFeed({ name, url }: Slot, token: string): Promise<Feed> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`, ['bearer', token]);
  const feed: Feed = { name, events: [], resets: 0, close: () => socket.close() };
  let isSubscribed = false;
  socket.addEventListener('open', () =>
    socket.send(JSON.stringify({ type: 'subscribe', topics: ['executions'] })),
  );
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as ExecutionEvent | { type: 'subscribed' | 'reset' };
    if (message.type === 'subscribed') isSubscribed = true;
    else if (message.type === 'reset') feed.resets += 1;
    else if ('executionId' in message) feed.events.push(message);
  });
  await waitFor(`a subscription at ${name}`, () => isSubscribed);
  return feed;
}

/** Follows one execution by server-sent events; `hasEnded` once the stream has ended. */
export async function followOne(
  { url }: Slot,
  token: string,
  executionId: string,
): Promise<{ hasEnded: boolean; close: () => void }> {
  const leaving = new AbortController();
  const reply = await fetch(`${url}/api/executions/${executionId}/events`, {
    headers: { authorization: `Bearer ${token}` },
    signal: leaving.signal,
  });
  const stream = { hasEnded: false, close: () => leaving.abort() };
  void reply.text().then(
    () => (stream.hasEnded = true),
    () => undefined,
  );
  return stream;
}
