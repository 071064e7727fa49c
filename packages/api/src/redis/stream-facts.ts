import { compareEventIds, type createRedis } from '@mcp-server/shared';

type Redis = ReturnType<typeof createRedis>;

/** Range of entries in a stream, as of now. */
export interface StreamFacts {
  /** Missing if the stream is empty. */
  oldestId: string | undefined;
  /** Id of the last entry ever added. */
  newestId: string;
  /** True if entries were deleted since the stream began. */
  isCut: boolean;
}

/** Position before every entry. */
export const START = '0-0';
const NO_SUCH_KEY = /no such key/;

/** Resolves to the facts of each stream in order; undefined if it does not exist. Rejects while Redis is unavailable. */
export async function readStreamFacts(
  redis: Redis,
  keys: readonly string[],
): Promise<(StreamFacts | undefined)[]> {
  if (keys.length === 0) return [];
  const pipeline = redis.pipeline();
  for (const key of keys) pipeline.xinfo('STREAM', key);
  const replies = (await pipeline.exec()) ?? [];
  return replies.map(([error, reply]) => {
    if (!error) return parse(reply as unknown[]);
    if (NO_SUCH_KEY.test(error.message)) return undefined;
    throw error;
  });
}

function parse(reply: unknown[]): StreamFacts {
  const field = (name: string): unknown => reply[reply.indexOf(name) + 1];
  const oldest = field('first-entry') as [string] | null;
  return {
    oldestId: oldest?.[0],
    newestId: String(field('last-generated-id')),
    isCut: Number(field('length')) < Number(field('entries-added')),
  };
}

/**
 * True if the stream still has every entry that was added after `cursor`. Read the entries first and the facts after
 * them: a stream that is cut in between then counts as incomplete, and not the other way round.
 */
export function isCompleteAfter(cursor: string, facts: StreamFacts | undefined): boolean {
  if (!facts) return cursor === START;
  if (cursor === START) return !facts.isCut;
  const { oldestId, newestId } = facts;
  return (
    oldestId !== undefined &&
    compareEventIds(oldestId, cursor) <= 0 &&
    // Ids that started again are all older than the cursor.
    compareEventIds(cursor, newestId) <= 0
  );
}
