import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';

const MAX_KEPT = 500;

/** The newest secrets that runs of this process have read: an error outside of any run may quote them. */
export class ReadSecrets {
  readonly #own: KnownSecrets;
  readonly #values = new Set<string>();

  constructor(own: KnownSecrets) {
    this.#own = own;
  }

  add(value: string): void {
    this.#values.delete(value);
    this.#values.add(value);
    const [oldest] = this.#values;
    if (this.#values.size > MAX_KEPT && oldest !== undefined) this.#values.delete(oldest);
  }

  /** These and the secrets of the process itself. */
  all(): KnownSecrets {
    const all = this.#own.fork();
    for (const value of this.#values) all.add(value);
    return all;
  }
}
