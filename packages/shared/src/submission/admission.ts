import { LRUCache } from 'lru-cache';

import * as errors from '../errors.ts';
import { retryLater } from './refusal.ts';

/** Maximum age of a count; executions that this process accepted since are added to it. */
const MAX_AGE_MS = 1_000;
/** Counting may be slow when there is much work, so it takes at most this share of the time. */
const COUNTING_SHARE = 0.05;
const MAX_ENTRIES = 10_000;
const RETRY_AFTER_SECONDS = 1;

export interface Admission {
  /**
   * Called before each insert. An approximate bound: processes that count at the same time may together admit a few
   * more.
   * @throws {errors.TooManyUnfinished} {errors.Overloaded}
   */
  admit(ownerId: string): Promise<void>;
}

interface Limits {
  MAX_UNFINISHED_PER_USER: number;
  MAX_UNFINISHED: number;
}

/** `count` stops at `limit`, so its cost is bounded too. */
type Count = (query: { ownerId?: string; limit: number }) => Promise<number>;

export function buildAdmission({ count, limits }: { count: Count; limits: Limits }): Admission {
  const ofUser = new LRUCache<string, Tally>({ max: MAX_ENTRIES });
  const ofAll = buildTally(() => count({ limit: limits.MAX_UNFINISHED }));

  const tallyOf = (ownerId: string): Tally => {
    const existing = ofUser.get(ownerId);
    if (existing) return existing;
    const tally = buildTally(() => count({ ownerId, limit: limits.MAX_UNFINISHED_PER_USER }));
    ofUser.set(ownerId, tally);
    return tally;
  };

  return {
    async admit(ownerId) {
      const own = tallyOf(ownerId);
      await Promise.all([own.refresh(), ofAll.refresh()]);
      if (own.value() >= limits.MAX_UNFINISHED_PER_USER) {
        throw retryLater(new errors.TooManyUnfinished(own.value()), RETRY_AFTER_SECONDS);
      }
      if (ofAll.value() >= limits.MAX_UNFINISHED)
        throw retryLater(new errors.Overloaded(), RETRY_AFTER_SECONDS);
      own.add();
      ofAll.add();
    },
  };
}

interface Tally {
  refresh(): Promise<void>;
  value(): number;
  add(): void;
}

function buildTally(read: () => Promise<number>): Tally {
  let counted = 0;
  let addedSince = 0;
  let validUntil = 0;
  let reading: Promise<void> | undefined;

  const readNow = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      addedSince = 0;
      counted = await read();
      const tookMs = performance.now() - startedAt;
      validUntil = startedAt + Math.max(MAX_AGE_MS, tookMs / COUNTING_SHARE);
    } finally {
      reading = undefined;
    }
  };

  return {
    async refresh() {
      if (performance.now() < validUntil) return;
      reading ??= readNow();
      await reading;
    },
    value: () => counted + addedSince,
    add() {
      addedSince += 1;
    },
  };
}
