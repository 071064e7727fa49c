import { isDatabaseAway, renewLeases } from '@mcp-server/shared';

import { publishProgress, unstoredProgress } from '../attempt/progress.ts';
import type { Runs } from '../attempt/runs.ts';
import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import type { DatabaseContact } from './contact.ts';
import type { LostClaims } from './lost-claims.ts';

/**
 * One beat per process: renews the leases of all its runs, reads their cancel flags and stores their progress. It also
 * tracks contact with the database, so it goes on when nothing runs.
 */
export class Beat {
  readonly #deps: Deps;
  readonly #runs: Runs;
  readonly #contact: DatabaseContact;
  readonly #lostClaims: LostClaims;
  readonly #task: PeriodicTask;

  constructor(deps: Deps, runs: Runs, contact: DatabaseContact, lostClaims: LostClaims) {
    this.#deps = deps;
    this.#runs = runs;
    this.#contact = contact;
    this.#lostClaims = lostClaims;
    this.#task = new PeriodicTask({
      run: () => this.#beat(),
      intervalMs: deps.config.BEAT_MS,
      countFrom: 'start',
      // `StoreContact` reports an outage, once a minute.
      onError: (err) => deps.log[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'beat failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  async #beat(): Promise<void> {
    const { ExecutionModel } = this.#deps.models;
    const runs = this.#runs.all();
    const leases = runs.map((run) => ({
      id: run.execution._id,
      token: run.token,
      progress: unstoredProgress(run),
    }));
    const report = await renewLeases(ExecutionModel, leases, this.#deps.config.LEASE_MS);
    this.#contact.recordContact();
    for (const [index, { progress }] of leases.entries()) {
      const run = runs[index];
      if (run && progress) run.storedProgress = progress;
    }
    for (const id of report.cancelled) this.#runs.stop(id, 'cancel');
    const lost = new Set(report.lost);
    for (const run of runs) {
      // The run may have ended, or been claimed here again, during the beat.
      if (lost.has(run.execution._id) && this.#runs.holds(run))
        this.#runs.stop(run.execution._id, 'lease_lost');
    }
    for (const run of runs) publishProgress(this.#deps, run);
    await this.#lostClaims.undo(ExecutionModel);
  }
}
