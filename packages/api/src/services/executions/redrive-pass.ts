import {
  type BulkFilter,
  errors,
  type ExecutionRecord,
  findRerun,
  isRefusal,
  listRedrivable,
  type PagePosition,
  submitExecution,
} from '@mcp-server/shared';

import { noteRerun, type RerunDeps, toRerun } from './rerun-execution.ts';
import type { RenewLease } from './with-role-lease.ts';

const PAGE_SIZE = 48;
/** Concurrent accepts: a share of the connections, so that other requests get theirs. */
const AT_ONCE = 16;

export interface RedrivePlan {
  redriveId: string;
  filter: BulkFilter;
  again: boolean;
  /** Number of executions that may still be started. */
  room: number;
  /** Number of expected starts, spread over `staggerMs`. */
  expected: number;
  staggerMs: number;
  requestId: string;
}

export interface RedriveTally {
  started: number;
  /** Number of executions that cannot be rerun unchanged, by error code. */
  refused: Map<string, number>;
  /** The first limit of unfinished work that was reached. */
  limit?: Error;
}

/**
 * Passes once over the matching executions, oldest first, until there is no room. Each rerun has a unique key per original
 * execution, which also finds reruns of an earlier, interrupted pass. So concurrent passes, or one after a crash, never
 * create two.
 */
export class RedrivePass {
  readonly #deps: RerunDeps;
  readonly #plan: RedrivePlan;
  readonly #fullOwners = new Set<string>();
  readonly #tally: RedriveTally = { started: 0, refused: new Map() };
  #isOverloaded = false;
  #slot = 0;

  constructor(deps: RerunDeps, plan: RedrivePlan) {
    this.#deps = deps;
    this.#plan = plan;
  }

  async run(renew: RenewLease): Promise<RedriveTally> {
    const beganAt = await renew();
    let after: PagePosition | undefined;
    while (this.#tally.started < this.#plan.room && !this.#isOverloaded) {
      const now = await renew();
      const page = await this.#readPage(after);
      const last = page.at(-1);
      if (!last) break;
      after = { createdAt: last.createdAt, id: last._id };
      await this.#redrive(page, beganAt, now);
    }
    return this.#tally;
  }

  #readPage(after: PagePosition | undefined): Promise<ExecutionRecord[]> {
    const { filter, again, room } = this.#plan;
    return listRedrivable(this.#deps.models.ExecutionModel, {
      filter,
      again,
      exceptOwners: [...this.#fullOwners],
      after,
      // Never more than there is room for, so that the whole page can start.
      limit: Math.min(PAGE_SIZE, room - this.#tally.started),
    });
  }

  async #redrive(page: readonly ExecutionRecord[], beganAt: Date, now: Date): Promise<void> {
    // The hint that excludes reruns from the page is missing if a process died before writing it.
    const rerunIds = await this.#findDone(page);
    const candidates = page.filter(({ _id }) => !rerunIds.has(_id));
    const doneIds = [...rerunIds];
    for (let first = 0; first < candidates.length; first += AT_ONCE) {
      const chunk = candidates.slice(first, first + AT_ONCE);
      const started = await Promise.all(chunk.map((execution) => this.#start(execution, beganAt, now)));
      doneIds.push(...started.flatMap((id) => id ?? []));
    }
    await noteRerun(this.#deps, doneIds);
  }

  #findDone(page: readonly ExecutionRecord[]): Promise<Set<string>> {
    const { again, redriveId } = this.#plan;
    const ids = page.map(({ _id }) => _id);
    return findRerun(this.#deps.models.ExecutionModel, ids, again ? { redriveId } : {});
  }

  /** Resolves to the id of an execution that now has a rerun, by this pass or another. */
  async #start(first: ExecutionRecord, beganAt: Date, now: Date): Promise<string | undefined> {
    const { redriveId, again, requestId } = this.#plan;
    // The space ensures that no caller can send this key.
    const idempotencyKey = again ? `redrive ${redriveId} ${first._id}` : `redrive ${first._id}`;
    try {
      const { isRepeat } = await submitExecution(this.#deps, {
        ...toRerun(first),
        redriveId,
        idempotency: { idempotencyKey, bodyHash: 'redrive' },
        ...this.#nextStart(beganAt, now),
        requestId,
      });
      if (!isRepeat) this.#tally.started += 1;
      return first._id;
    } catch (error) {
      this.#judge(error, first);
      return undefined;
    }
  }

  /** Divides the time into one slot per start; each start falls somewhere in its own slot. */
  #nextStart(beganAt: Date, now: Date): { start?: { at: Date; inMs: number } } {
    const { staggerMs, expected } = this.#plan;
    if (staggerMs === 0) return {};
    const offsetMs = (staggerMs * (this.#slot + Math.random())) / expected;
    this.#slot += 1;
    const at = new Date(beganAt.getTime() + offsetMs);
    return { start: { at, inMs: Math.max(0, at.getTime() - now.getTime()) } };
  }

  /** A refusal of one execution does not affect the others; an error that affects all ends the pass. */
  #judge(error: unknown, { ownerId }: ExecutionRecord): void {
    if (error instanceof errors.TooManyUnfinished) this.#fullOwners.add(ownerId);
    else if (error instanceof errors.Overloaded) this.#isOverloaded = true;
    else if (isRefusal(error)) {
      const code = error.code.toLowerCase();
      this.#tally.refused.set(code, (this.#tally.refused.get(code) ?? 0) + 1);
      return;
    } else throw error;
    this.#tally.limit ??= error as Error;
  }
}
