import type { Deps } from './deps.ts';
import { PeriodicTask } from './periodic-task.ts';

/** State of a pool that the canary checks. */
interface PoolBacklog {
  /** Number of jobs that could be taken now. */
  waiting: number;
  isPaused: boolean;
}

interface CanaryOptions {
  /** False while this process has a reason to take nothing: no free slot, database away, draining. */
  canTake(): boolean;
  /** Called once, when jobs wait and none was taken for too long. */
  onSilence(pool: string): void;
}

/** Checks per tolerated silence. */
const LOOKS = 4;

/**
 * Checks that a process takes jobs while jobs wait. A worker whose queue connection hangs looks healthy to every other
 * probe, so one that takes nothing while jobs wait shuts down; an orchestrator starts another.
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

  /** Records that a job of this pool was taken. */
  recordTaken(pool: string): void {
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
      // Not awaited, because this is a turn of the task that it closes.
      void this.#task.close();
      this.#options.onSilence(pool);
      return;
    }
  }

  /** Reads the backlog; undefined while Redis does not answer, because no worker can take anything then. */
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
