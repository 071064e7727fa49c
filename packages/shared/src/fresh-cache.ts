import { LRUCache } from 'lru-cache';

interface FreshCacheOptions {
  maxAgeMs: number;
  maxEntries?: number;
  /**
   * By default the age counts from the start of a load: no value is older when it is requested, and a slow load gets a
   * second one beside it. With single flight it counts from the end, and there is one load at a time.
   */
  isSingleFlight?: boolean;
}

/** Cache whose values expire after `maxAgeMs`. Concurrent callers of a key share one load. */
export class FreshCache<T> {
  readonly #loads: LRUCache<string, Promise<T>>;
  readonly #isSingleFlight: boolean;

  constructor({ maxAgeMs, maxEntries = 1, isSingleFlight = false }: FreshCacheOptions) {
    this.#loads = new LRUCache({ max: maxEntries, ttl: maxAgeMs, ttlResolution: 0 });
    this.#isSingleFlight = isSingleFlight;
  }

  /** Returns the cached value or loads it. A failed load is not kept. */
  read(key: string, load: () => Promise<T>): Promise<T> {
    const cached = this.#loads.get(key);
    if (cached) return cached;
    const value = load();
    // 0 means that the entry does not expire.
    this.#loads.set(key, value, this.#isSingleFlight ? { ttl: 0 } : {});
    const isCurrent = () => this.#loads.peek(key) === value;
    value.then(
      () => {
        if (this.#isSingleFlight && isCurrent()) this.#loads.set(key, value);
      },
      () => {
        if (isCurrent()) this.#loads.delete(key);
      },
    );
    return value;
  }

  /** Removes the entries of matching keys from this process. A running load of such a key is not kept. */
  forget(matches: (key: string) => boolean): void {
    const keys = Array.from(this.#loads.keys()).filter(matches);
    for (const key of keys) this.#loads.delete(key);
  }
}
