import { ConfigError } from '../config/load.ts';
import type { Logger } from '../logger.ts';

export interface StoreContactOptions {
  store: 'MongoDB' | 'Redis';
  setting: 'MONGODB_URI' | 'REDIS_URL';
  log: Logger;
  /** Masks secrets in the driver's words. */
  mask: (text: string) => string;
  /** Says what is wrong with the setting, if an error means that it is wrong. */
  describeRefusal: (error: unknown) => string | undefined;
  /** Milliseconds of a clock that never goes back. Only tests replace it. */
  now?: () => number;
}

const WARNING_INTERVAL_MS = 60_000;

/**
 * Contact of this process with a store. Until the first contact a refusal ends the process, because its settings are
 * wrong. Later every failure is an outage: one warning a minute says why.
 */
export class StoreContact {
  readonly #options: Required<StoreContactOptions>;
  readonly #decided = Promise.withResolvers<void>();
  #hasContact = false;
  #refusal: ConfigError | undefined;
  #onRefused: ((refusal: ConfigError) => void) | undefined;
  #isAway = false;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(options: StoreContactOptions) {
    this.#options = { now: () => performance.now(), ...options };
  }

  /** False until the store has done what the work needs. */
  get hasContact(): boolean {
    return this.#hasContact;
  }

  /**
   * Resolves after the first contact or failure, or after `timeoutMs`. @throws {ConfigError} if the store refuses the
   * settings.
   */
  async first(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([this.#decided.promise, timeout]);
    clearTimeout(timer);
    if (this.#refusal) throw this.#refusal;
  }

  /** Calls `listener` if the store refuses the settings, also if it already has. */
  onRefused(listener: (refusal: ConfigError) => void): void {
    this.#onRefused = listener;
    if (this.#refusal) listener(this.#refusal);
  }

  /** Records that the store has done what the work needs. */
  succeeded(): void {
    if (this.#hasContact && !this.#isAway) return;
    const { log, store } = this.#options;
    this.#hasContact = true;
    this.#decided.resolve();
    if (this.#isAway) log.info(`${store} is available again`);
    this.#isAway = false;
  }

  /** Records an error of the connection or of a check. */
  failed(error: unknown): void {
    const refusal = this.#hasContact ? undefined : this.#options.describeRefusal(error);
    if (refusal === undefined) this.#warn(error);
    else this.refuse(refusal);
    this.#decided.resolve();
  }

  /** Records that this process can never work with the store as it is set up. */
  refuse(reason: string): void {
    if (this.#refusal) return;
    this.#refusal = new ConfigError(`The environment is not usable:\n  ${this.#options.setting}: ${reason}`);
    this.#decided.resolve();
    this.#onRefused?.(this.#refusal);
  }

  #warn(error: unknown): void {
    const { log, store, mask, now } = this.#options;
    if (now() - this.#warnedAt < WARNING_INTERVAL_MS) return;
    this.#warnedAt = now();
    this.#isAway = true;
    log.warn({ reason: mask(reasonOf(error)) }, `${store} is unavailable`);
  }
}

/** Message of an error; of several at once, for example one per address of a host, their codes. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '')
    return error.errors.map((one) => reasonOf(one)).join(', ');
  return error instanceof Error ? error.message || error.name : String(error);
}
