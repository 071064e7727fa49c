/** Outcome of one element of a batch. */
export type BatchOutcome<R> = { isDone: true; value: R } | { isDone: false; error: unknown };

/** How commands of one kind are batched. */
export interface BatchKind<T, R> {
  /**
   * Id of the document that an element changes. Batches are sorted by it, and two elements with one id never share a
   * batch.
   */
  idOf: (element: T) => string;
  /** Only elements with the same text share a batch. */
  groupOf: (element: T) => string;
  /** About how many bytes an element adds to the command. */
  sizeOf: (element: T) => number;
  /** Sends one element without a batch. Rejects with the error of the database. */
  sendOne: (element: T) => Promise<R>;
  /**
   * Sends several elements, sorted by id, and returns their outcomes in the same order. A rejection is about the whole
   * command.
   */
  sendMany: (elements: readonly T[]) => Promise<readonly BatchOutcome<R>[]>;
  /** True for a rejection that leaves open whether the command took effect. */
  isOutcomeUnknown: (error: unknown) => boolean;
}

/** Upper bounds of a batch. An element larger than `maxBytes` is sent alone. */
export interface BatchBounds {
  maxCount: number;
  maxBytes: number;
}

/** Runs `send` as soon as the lane is free, and resolves when it has ended. */
export type RunInLane = (send: () => Promise<void>) => Promise<void>;

interface Waiting<T, R> {
  element: T;
  resolve: (value: R) => void;
  reject: (error: unknown) => void;
}

/**
 * Sends a command at once when none of its kind is in flight, and gathers commands while one is. There is no timer: an
 * idle process waits for nothing, and a busy one sends few large commands. A failure rejects exactly the element it
 * belongs to: a command that is refused as a whole is sent again in halves until the refusal is about a single element.
 * An unknown outcome rejects every element: each caller knows how to read back or to send again.
 */
export class Batcher<T, R> {
  readonly #kind: BatchKind<T, R>;
  readonly #bounds: BatchBounds;
  readonly #runInLane: RunInLane;
  #waiting: Waiting<T, R>[] = [];
  #sending: Promise<void> | undefined;

  /** `runInLane`: shared by kinds of which only one at a time may have a command in flight. */
  constructor(kind: BatchKind<T, R>, bounds: BatchBounds, runInLane: RunInLane = (send) => send()) {
    this.#kind = kind;
    this.#bounds = bounds;
    this.#runInLane = runInLane;
  }

  /** Resolves or rejects with the outcome of this element. */
  run(element: T): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ element, resolve, reject });
      this.#sending ??= this.#sendAll();
    });
  }

  /** Resolves when every element that was passed to `run` has its outcome. */
  async close(): Promise<void> {
    while (this.#sending) await this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) await this.#runInLane(() => this.#send(this.#takeBatch()));
    this.#sending = undefined;
  }

  /** Takes the first waiting element and those that fit its batch; the others keep their order. */
  #takeBatch(): Waiting<T, R>[] {
    const { idOf, groupOf, sizeOf } = this.#kind;
    const batch: Waiting<T, R>[] = [];
    const left: Waiting<T, R>[] = [];
    const ids = new Set<string>();
    let bytes = 0;
    let group: string | undefined;
    for (const waiting of this.#waiting) {
      const { element } = waiting;
      group ??= groupOf(element);
      const size = sizeOf(element);
      const fits =
        batch.length < this.#bounds.maxCount &&
        (batch.length === 0 || bytes + size <= this.#bounds.maxBytes) &&
        groupOf(element) === group &&
        !ids.has(idOf(element));
      // Once an element stays behind, later ones for the same document stay behind it.
      ids.add(idOf(element));
      if (fits) {
        batch.push(waiting);
        bytes += size;
      } else {
        left.push(waiting);
      }
    }
    this.#waiting = left;
    // Two commands that lock the same documents in different orders would wait for each other.
    return batch.sort((one, other) => (idOf(one.element) < idOf(other.element) ? -1 : 1));
  }

  async #send(batch: Waiting<T, R>[]): Promise<void> {
    const [first] = batch;
    if (first && batch.length === 1) {
      await this.#kind.sendOne(first.element).then(first.resolve, first.reject);
      return;
    }
    try {
      const outcomes = await this.#kind.sendMany(batch.map(({ element }) => element));
      batch.forEach(({ resolve, reject }, index) => {
        const outcome = outcomes[index];
        if (outcome?.isDone) resolve(outcome.value);
        else reject(outcome?.error ?? new Error('a batch returned no outcome for one of its elements'));
      });
    } catch (error) {
      if (this.#kind.isOutcomeUnknown(error)) {
        for (const { reject } of batch) reject(error);
        return;
      }
      const middle = Math.ceil(batch.length / 2);
      await this.#send(batch.slice(0, middle));
      await this.#send(batch.slice(middle));
    }
  }
}
