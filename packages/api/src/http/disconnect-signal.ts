import type { FastifyReply } from 'fastify';

/** Fires when the connection is closed before the response is complete. */
export function disconnectSignal({ raw }: FastifyReply): AbortSignal {
  const leaving = new AbortController();
  const leave = () => {
    if (!raw.writableFinished) leaving.abort();
  };
  if (raw.closed) leave();
  else raw.once('close', leave);
  return leaving.signal;
}
