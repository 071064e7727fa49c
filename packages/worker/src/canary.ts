import type { Deps } from './deps.ts';
import { PeriodicTask } from './periodic-task.ts';

/** What the canary needs to know of one pool. */
interface PoolBacklog {
  /** Jobs that could be taken now. */
  waiting: number;
  isPaused: boolean;
}

interface CanaryOptions {
  /** False while this process takes nothing for a reason of its own: no free slot, database away, draining. */
  canTake(): boolean;
  /** Called once, when jobs wait and nothing was taken for too long. */
  onSilence(pool: string): void;
}

/** Looks per silence that is tolerated. */
const LOOKS = 4;

/**
 * "Alive" means "took work lately, or there was none". A worker whose queue connection hangs looks healthy to every
 * other probe, so one that takes nothing while jobs wait gives itself up; an orchestrator starts another.
 */
export class Canary {
  readonly #deps: Deps;
  readonly #options: CanaryOptions;
  readonly #silentSince = new Map<string, number>();
  readonly #task: PeriodicTask;

  constructor(deps: Deps, options: CanaryOptions) {
    this.#deps = deps;
    this.#options = options;
    this.#task = new PeriodicTask({
      run: () => this.#look(),
      intervalMs: deps.config.CANARY_MS / LOOKS,
      countFrom: 'start',
      startsAtOnce: false,
      onError: (err) => deps.log.debug({ err }, 'canary failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  /** Tells that a job of this pool was taken. */
  took(pool: string): void {
    this.#silentSince.delete(pool);
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  async #look(): Promise<void> {
    for (const pool of this.#deps.config.WORKER_POOLS) {
      const facts = await this.#ask(pool);
      if (!facts || facts.waiting === 0 || facts.isPaused || !this.#options.canTake()) {
        this.#silentSince.delete(pool);
        continue;
      }
      const since = this.#silentSince.get(pool) ?? performance.now();
      this.#silentSince.set(pool, since);
      if (performance.now() - since < this.#deps.config.CANARY_MS) continue;
      // Not awaited: this is a turn of the task that it closes.
      void this.#task.close();
      this.#options.onSilence(pool);
      return;
    }
  }

  /** Undefined while Redis does not answer: then nobody can take anything. */
  async #ask(pool: string): Promise<PoolBacklog | undefined> {
    try {
      const queue = this.#deps.queueOf(pool);
      const [counts, isPaused] = await Promise.all([
        queue.getJobCounts('wait', 'prioritized'),
        queue.isPaused(),
      ]);
      return { waiting: Object.values(counts).reduce((sum, count) => sum + count, 0), isPaused };
    } catch {
      return undefined;
    }
  }
}
