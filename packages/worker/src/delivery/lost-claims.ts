import { type LostClaim, type Models, undoClaims } from '@mcp-server/shared';

/**
 * Claims of this process whose replies were lost. Each may have been written: then the execution runs nowhere, and its
 * lease would lapse like that of a crash. The next delivery here continues such a claim; until then each beat undoes it,
 * so that another worker can claim the execution.
 */
export class LostClaims {
  readonly #claims = new Map<string, LostClaim & { since: number }>();
  readonly #keepMs: number;
  readonly #now: () => number;

  /** `keepMs`: how long a claim that was sent may still arrive at the database. */
  constructor(keepMs: number, now: () => number = () => performance.now()) {
    this.#keepMs = keepMs;
    this.#now = now;
  }

  add({ id, tokens }: LostClaim): void {
    this.#claims.set(id, { id, tokens, since: this.#now() });
  }

  /** Removes the lost claim of an execution, for a delivery that continues it. */
  take(id: string): LostClaim | undefined {
    const claim = this.#claims.get(id);
    this.#claims.delete(id);
    return claim;
  }

  /** Undoes all of them, and forgets those that cannot arrive any more. */
  async undo(model: Models['ExecutionModel']): Promise<void> {
    const claims = [...this.#claims.values()];
    if (claims.length === 0) return;
    const startedAt = this.#now();
    await undoClaims(model, claims);
    for (const claim of claims) {
      const isOld = startedAt - claim.since > this.#keepMs;
      if (isOld && this.#claims.get(claim.id) === claim) this.#claims.delete(claim.id);
    }
  }
}
