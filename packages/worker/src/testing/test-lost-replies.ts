/** Lets every first answer get lost on its way: the command arrived, and nobody is told. */
export function losingFirstReplies<T extends { id: string }, R>(send: (request: T) => Promise<R>) {
  const known = new Set<string>();
  return async (request: T): Promise<R> => {
    const answer = await send(request);
    if (known.has(request.id)) return answer;
    known.add(request.id);
    throw Object.assign(new Error('cut'), { name: 'MongoNetworkError' });
  };
}
