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
  /** Number of looks in a row that found waiting jobs of a pool and none taken. */
  readonly #silentLooks = new Map<string, number>();
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
    this.#silentLooks.delete(pool);
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  async #look(): Promise<void> {
    for (const pool of this.#deps.config.WORKER_POOLS) {
      const backlog = await this.#ask(pool);
      if (backlog === 'unknown') continue;
      if (!backlog || backlog.waiting === 0 || backlog.isPaused || !this.#options.canTake()) {
        this.#silentLooks.delete(pool);
        continue;
      }
      const looks = (this.#silentLooks.get(pool) ?? 0) + 1;
      this.#silentLooks.set(pool, looks);
      if (looks <= LOOKS) continue;
      // Not awaited, because this is a turn of the task that it closes.
      void this.#task.close();
      this.#options.onSilence(pool);
      return;
    }
  }

  /**
   * Reads the backlog; undefined while Redis is away, because no worker can take anything then. `unknown`: this connection
   * is silent, which says nothing about the queue.
   */
  async #ask(pool: string): Promise<PoolBacklog | 'unknown' | undefined> {
    try {
      const queue = this.#deps.queueOf(pool);
      const [counts, isPaused] = await Promise.all([
        queue.getJobCounts('wait', 'prioritized'),
        queue.isPaused(),
      ]);
      return { waiting: Object.values(counts).reduce((sum, count) => sum + count, 0), isPaused };
    } catch {
      return this.#deps.producer.status === 'ready' ? 'unknown' : undefined;
    }
  }
}
