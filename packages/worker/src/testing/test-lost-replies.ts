/** Loses the first reply for each id: the request takes effect, but its caller gets a network error. */
export function losingFirstReplies<T extends { id: string }, R>(send: (request: T) => Promise<R>) {
  const lostIds = new Set<string>();
  return async (request: T): Promise<R> => {
    const reply = await send(request);
    if (lostIds.has(request.id)) return reply;
    lostIds.add(request.id);
    throw Object.assign(new Error('cut'), { name: 'MongoNetworkError' });
  };
}
