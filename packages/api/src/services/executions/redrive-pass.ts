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
/** Accepted at once: a share of the connections, so that other requests get theirs. */
const AT_ONCE = 16;

export interface RedrivePlan {
  redriveId: string;
  filter: BulkFilter;
  again: boolean;
  /** How many may still be started. */
  room: number;
  /** How many will be: their starts are spread over `staggerMs`. */
  expected: number;
  staggerMs: number;
  requestId: string;
}

export interface RedriveTally {
  started: number;
  /** Codes of errors that say that an execution cannot be done again as it is, counted. */
  refused: Map<string, number>;
  /** The first limit of unfinished work that was met. */
  limit?: Error;
}

/**
 * Goes once over what fits, oldest first, until there is no room. What was begun and not finished by an earlier pass is
 * found by the key of each new execution: it is unique for each execution that is done again, so two passes at once, or
 * one after a crash, never make two.
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
      // Never more than there is room for: then all of a page may start.
      limit: Math.min(PAGE_SIZE, room - this.#tally.started),
    });
  }

  async #redrive(page: readonly ExecutionRecord[], beganAt: Date, now: Date): Promise<void> {
    // The hint that kept others out of the page is missing where a process died before it wrote it.
    const known = await this.#findDone(page);
    const fresh = page.filter(({ _id }) => !known.has(_id));
    const done = [...known];
    for (let first = 0; first < fresh.length; first += AT_ONCE) {
      const chunk = fresh.slice(first, first + AT_ONCE);
      const started = await Promise.all(chunk.map((execution) => this.#start(execution, beganAt, now)));
      done.push(...started.flatMap((id) => id ?? []));
    }
    await noteRerun(this.#deps, done);
  }

  #findDone(page: readonly ExecutionRecord[]): Promise<Set<string>> {
    const { again, redriveId } = this.#plan;
    const ids = page.map(({ _id }) => _id);
    return findRerun(this.#deps.models.ExecutionModel, ids, again ? { redriveId } : {});
  }

  /** Resolves to the id of an execution that is done again now, by this pass or another. */
  async #start(first: ExecutionRecord, beganAt: Date, now: Date): Promise<string | undefined> {
    const { redriveId, again, requestId } = this.#plan;
    // With a space in it, no caller can send it.
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

  /** The time is cut into as many slots as there will be starts; each falls somewhere into its own. */
  #nextStart(beganAt: Date, now: Date): { start?: { at: Date; inMs: number } } {
    const { staggerMs, expected } = this.#plan;
    if (staggerMs === 0) return {};
    const offsetMs = (staggerMs * (this.#slot + Math.random())) / expected;
    this.#slot += 1;
    const at = new Date(beganAt.getTime() + offsetMs);
    return { start: { at, inMs: Math.max(0, at.getTime() - now.getTime()) } };
  }

  /** What one execution cannot does not keep others from it; what nobody can ends the pass. */
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
