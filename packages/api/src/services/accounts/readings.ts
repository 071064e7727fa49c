/** How old a reading may be: a lowered role, a disabled account, a revoked key or a logout works within this time. */
export const MAX_AGE_MS = 1_000;
const MAX_ENTRIES = 10_000;

/** Recent readings of the database, shared by requests that come at the same time. */
export interface Readings<T> {
  /** A failed reading is not kept. */
  read(key: string, load: () => Promise<T>): Promise<T>;
  /** Makes the next reading of these keys a fresh one, in this process. */
  forget(isMeant: (key: string) => boolean): void;
}

export function buildReadings<T>(): Readings<T> {
  const readings = new Map<string, { at: number; value: Promise<T> }>();
  return {
    read(key, load) {
      const known = readings.get(key);
      const at = performance.now();
      if (known && at - known.at < MAX_AGE_MS) return known.value;
      readings.delete(key);
      if (readings.size >= MAX_ENTRIES) readings.delete(readings.keys().next().value ?? '');
      const value = load();
      readings.set(key, { at, value });
      value.catch(() => {
        if (readings.get(key)?.value === value) readings.delete(key);
      });
      return value;
    },
    forget(isMeant) {
      for (const key of readings.keys()) if (isMeant(key)) readings.delete(key);
    },
  };
}
