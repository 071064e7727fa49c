import { CommandError } from './command-error.ts';

/** MongoDB's own idle limit for cursors. */
const IDLE_MS = 10 * 60_000;
const REAP_EVERY_MS = 60_000;

export interface Cursor {
  readonly id: bigint;
  readonly namespace: string;
  /** The engine's own note of where the next page begins. */
  continuation: Buffer;
}

interface Entry {
  readonly cursor: Cursor;
  isInUse: boolean;
  lastUsedAt: number;
}

/** The open cursors of all clients. */
export class CursorStore {
  readonly #entries = new Map<bigint, Entry>();
  readonly #onReaped: (cursor: Cursor) => void;
  readonly #reaper: NodeJS.Timeout;

  constructor(onReaped: (cursor: Cursor) => void) {
    this.#onReaped = onReaped;
    this.#reaper = setInterval(() => this.#reap(), REAP_EVERY_MS);
  }

  add(cursor: Cursor): void {
    this.#entries.set(cursor.id, { cursor, isInUse: false, lastUsedAt: Date.now() });
  }

  /** Hands out a cursor to one `getMore` at a time, and only under its own namespace. */
  checkOut(id: bigint, namespace: string): Cursor {
    const entry = this.#entries.get(id);
    if (entry === undefined) throw new CommandError('CursorNotFound', `cursor id ${id} not found`);
    if (entry.cursor.namespace !== namespace) {
      const message = `Requested getMore on namespace '${namespace}', but cursor belongs to a different namespace ${entry.cursor.namespace}`;
      throw new CommandError('Unauthorized', message);
    }
    if (entry.isInUse) throw new CommandError('CursorInUse', `cursor id ${id} is already in use`);
    entry.isInUse = true;
    return entry.cursor;
  }

  checkIn(cursor: Cursor): void {
    const entry = this.#entries.get(cursor.id);
    if (entry === undefined) return;
    entry.isInUse = false;
    entry.lastUsedAt = Date.now();
  }

  /** Forgets a cursor of the namespace and returns it, if it was there. */
  remove(id: bigint, namespace: string): Cursor | undefined {
    const cursor = this.#entries.get(id)?.cursor;
    if (cursor === undefined || cursor.namespace !== namespace) return undefined;
    this.#entries.delete(id);
    return cursor;
  }

  close(): void {
    clearInterval(this.#reaper);
    this.#entries.clear();
  }

  #reap(): void {
    const limit = Date.now() - IDLE_MS;
    for (const { cursor, isInUse, lastUsedAt } of this.#entries.values()) {
      if (isInUse || lastUsedAt > limit) continue;
      this.#entries.delete(cursor.id);
      this.#onReaped(cursor);
    }
  }
}
