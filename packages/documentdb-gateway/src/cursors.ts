import { CommandError } from './command-error.ts';

/** Idle limit of cursors in MongoDB. */
const IDLE_MS = 10 * 60_000;
const REAP_EVERY_MS = 60_000;

export interface Cursor {
  readonly id: bigint;
  readonly namespace: string;
  /** Engine state from which the next page continues. */
  continuation: Buffer;
}

interface Entry {
  readonly cursor: Cursor;
  isInUse: boolean;
  lastUsedAt: number;
}

/** Open cursors of all clients. */
export class CursorStore {
  readonly #entries = new Map<bigint, Entry>();
  readonly #onExpired: (cursor: Cursor) => void;
  readonly #reaper: NodeJS.Timeout;

  constructor(onExpired: (cursor: Cursor) => void) {
    this.#onExpired = onExpired;
    this.#reaper = setInterval(() => this.#reap(), REAP_EVERY_MS);
  }

  add(cursor: Cursor): void {
    this.#entries.set(cursor.id, { cursor, isInUse: false, lastUsedAt: Date.now() });
  }

  /** Reserves a cursor for one `getMore`. @throws {CommandError} if it is in use or belongs to another namespace. */
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

  /** Deletes and returns a cursor of the namespace; undefined if there is none. */
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
      this.#onExpired(cursor);
    }
  }
}
