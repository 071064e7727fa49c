import { isWholeMatrix } from '../matrix.ts';
import type { Namespace } from '../namespace.ts';
import { type HostileDocument, hostileDocuments } from './hostile-documents.ts';

type Json = Record<string, unknown>;

/** Documents of one model in a quick run; the whole matrix has every field with every value. */
const QUICK_COUNT = 8;
/** Requests under way at once. */
const AT_ONCE = 8;
const DEFAULT_SEED = 777;

const { FUZZ_SEED } = process.env;
const seed = Number(FUZZ_SEED ?? DEFAULT_SEED);

/** Describes the drawn documents, for the log of a run. */
export const describeDraw = (): string => `seed ${seed}, ${isWholeMatrix ? 'all' : 'a sample'}`;

/** Deterministic numbers from 0 to 1 (mulberry32). */
function buildRandom(start: number): () => number {
  let state = start;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The hostile documents of this run: all, or a sample that the seed decides. */
export function drawHostile(space: Namespace, model: string, build: () => Json): HostileDocument[] {
  const all = hostileDocuments(space.models, model, build);
  if (isWholeMatrix) return all;
  const random = buildRandom(seed);
  return all
    .map((hostile) => ({ hostile, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .slice(0, QUICK_COUNT)
    .map(({ hostile }) => hostile);
}

/** Stores documents as they are, without undefined fields; those that an index or the database refuses are left out. */
export async function storeRaw(space: Namespace, model: string, documents: Json[]): Promise<void> {
  const { collection } = space.mongo.connection.model(model);
  for (const document of documents)
    for (const [field, value] of Object.entries(document)) if (value === undefined) delete document[field];
  await collection.insertMany(documents, { ordered: false }).catch((error: unknown) => {
    if (!(error instanceof space.models.UserModel.base.mongo.MongoBulkWriteError)) throw error;
  });
}

/** Calls `check` for each document, several at once. */
export async function forEachHostile(
  documents: readonly HostileDocument[],
  check: (hostile: HostileDocument) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < documents.length; start += AT_ONCE)
    await Promise.all(documents.slice(start, start + AT_ONCE).map(check));
}
