import { createHash, randomUUID } from 'node:crypto';

import {
  storeRedriveResponse,
  type BulkFilter,
  countRedrivable,
  errors,
  type Idempotency,
  listRedriven,
  openRedrive,
  type Redrive,
  type RedriveInput,
} from '@mcp-server/shared';

import { type AuditCaller, audited } from '../audit/audit.ts';
import { narrowToCaller } from './bulk-filter.ts';
import { RedrivePass, type RedriveTally } from './redrive-pass.ts';
import type { RerunDeps } from './rerun-execution.ts';
import { withRoleLease } from './with-role-lease.ts';

type RedriveDeps = RerunDeps & { config: { EXECUTION_RETENTION_SECONDS: number } };

interface RedriveRequest extends RedriveInput {
  idempotency: Idempotency | undefined;
  requestId: string;
}

/**
 * Reruns many executions: each one once, however often it is requested, unless `again`. Every rerun passes the usual
 * admission; an owner at their limit of unfinished work keeps the rest for the next redrive.
 * @throws {errors.TooManyUnfinished} {errors.Overloaded} if not even one could start; {errors.IdempotencyConflict}
 * {errors.Forbidden} {errors.Busy}
 */
export async function redriveExecutions(
  deps: RedriveDeps,
  caller: AuditCaller,
  { idempotency, requestId, ...input }: RedriveRequest,
): Promise<{ redrive: Redrive; isRepeat: boolean }> {
  const { userId } = caller.principal;
  const filter = narrowToCaller(caller.principal, toFilter(input.filter));
  const redriveId = idempotency ? redriveIdOf(userId, idempotency.idempotencyKey) : randomUUID();
  if (input.dryRun) return { redrive: await report(deps, { redriveId, filter, input }), isRepeat: false };
  const earlier = idempotency && (await findResponse(deps, redriveId, idempotency));
  if (earlier) return { redrive: earlier, isRepeat: true };
  const entry = {
    action: 'executions.redrive',
    target: 'executions',
    details: { redriveId, ...(JSON.parse(JSON.stringify(input)) as object) },
  } as const;
  const lease = { role: `redrive ${filter.ownerId ?? 'all'}`, what: 'redrives of the same executions' };
  const redrive = await audited(deps, caller, entry, (note) =>
    withRoleLease(deps, lease, async (renew) => {
      const before = await report(deps, { redriveId, filter, input });
      const room = Math.max(0, input.cap - before.started);
      const pass = new RedrivePass(deps, {
        redriveId,
        filter,
        again: input.again,
        room,
        expected: Math.max(1, Math.min(room, before.remaining)),
        staggerMs: input.staggerSeconds * 1_000,
        requestId,
      });
      const tally = await pass.run(renew);
      const done = await report(deps, { redriveId, filter, input, tally });
      if (done.started === 0 && tally.limit) throw tally.limit;
      note({ matched: done.matched, started: done.started, remaining: done.remaining });
      return done;
    }),
  );
  if (idempotency) {
    const answer = JSON.stringify(redrive);
    await storeRedriveResponse(deps.models.RedriveModel, { id: redriveId, answer });
  }
  return { redrive, isRepeat: false };
}

/** `from` and `to` are end times: "everything that failed in that hour". */
const toFilter = ({ from, to, status = 'failed', ...fields }: RedriveInput['filter']): BulkFilter => ({
  ...fields,
  status: [status],
  endedFrom: from,
  endedTo: to,
});

/** The same caller and key give the same redrive: SHA-256 in the shape of a UUID of version 8. */
function redriveIdOf(userId: string, key: string): string {
  const hex = createHash('sha256').update(`redrive ${userId} ${key}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Finds the response to the same request; undefined if there was none or it was interrupted. */
async function findResponse(
  { models, config }: RedriveDeps,
  redriveId: string,
  { bodyHash }: Idempotency,
): Promise<Redrive | undefined> {
  const expiresAt = new Date(Date.now() + config.EXECUTION_RETENTION_SECONDS * 1_000);
  const earlier = await openRedrive(models.RedriveModel, { _id: redriveId, bodyHash, expiresAt });
  if (earlier.bodyHash !== bodyHash) throw new errors.IdempotencyConflict();
  return earlier.answer === undefined ? undefined : (JSON.parse(earlier.answer) as Redrive);
}

/** Counts from the database each time, so that the report is right after a crash too. */
async function report(
  { models }: RedriveDeps,
  {
    redriveId,
    filter,
    input,
    tally,
  }: {
    redriveId: string;
    filter: BulkFilter;
    input: RedriveInput;
    tally?: RedriveTally;
  },
): Promise<Redrive> {
  const [{ matched, withRerun }, redriven] = await Promise.all([
    countRedrivable(models.ExecutionModel, filter),
    listRedriven(models.ExecutionModel, redriveId),
  ]);
  const refused = [...(tally?.refused ?? [])].map(([code, count]) => ({ code, count }));
  const refusedCount = refused.reduce((sum, { count }) => sum + count, 0);
  const started = redriven.length;
  const done = (input.again ? started : withRerun) + refusedCount;
  const remaining = Math.max(0, matched - done);
  return {
    redriveId,
    matched,
    started,
    skipped: Math.max(0, matched - remaining - started),
    remaining,
    refused,
    ...(tally?.limit ? { stopped: stopOf(tally.limit) } : {}),
    executions: redriven.map(({ _id: id, rerunOf = '' }) => ({ id, rerunOf })),
  };
}

const stopOf = (limit: Error): Redrive['stopped'] =>
  limit instanceof errors.Overloaded ? 'overloaded' : 'too_many_unfinished';
