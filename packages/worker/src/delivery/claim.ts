import { randomUUID } from 'node:crypto';

import {
  type ClaimMiss,
  claimExecution,
  type ClaimRequest,
  endCrashed,
  endExpired,
  endFlagged,
  type ExecutionRecord,
  findMissingFields,
  holdExecution,
  readMiss,
  isDatabaseAway,
  resumeClaim,
} from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import type { DatabaseContact } from './contact.ts';
import { endIfUnreadable } from './end-unreadable.ts';
import type { LostClaims } from './lost-claims.ts';
import type { Pauses } from './pauses.ts';
import type { SuspectSlot } from './suspects.ts';

export type Claim =
  | { kind: 'claimed'; execution: ExecutionRecord; token: string }
  /** Claimed, but its record lacks what a run needs: `execution` is its end, unless another process came first. */
  | { kind: 'unreadable'; execution: ExecutionRecord | undefined }
  /** It has ended, now or before this delivery. */
  | { kind: 'ended'; execution: ExecutionRecord; isSettled: boolean }
  /** This delivery is void. */
  | { kind: 'nothing' }
  | { kind: 'later'; delayMs: number; losesPlace?: boolean }
  /** The pool is paused, but its queue is not (any more). */
  | { kind: 'pool_paused' };

/** Held work is woken when its pause ends or a worker has its action; this is the fallback poll in case the wake-up is lost. */
export const HELD_DELAY_MS = 600_000;

/**
 * Claims the execution of a delivered job, or decides what happens to the job. The first try takes no suspect; only a
 * miss for that reason tries again with the suspect slot.
 */
export async function claim(
  deps: Deps,
  {
    contact,
    suspects,
    pauses,
    lostClaims,
  }: { contact: DatabaseContact; suspects: SuspectSlot; pauses: Pauses; lostClaims: LostClaims },
  { pool, ...delivery }: { id: string; seq: number; pool: string },
): Promise<Claim> {
  const paused = await pauses.current();
  if (paused.pools.has(pool) && (await pauses.readNow()).pools.has(pool)) return { kind: 'pool_paused' };
  const request: ClaimRequest = {
    ...delivery,
    worker: deps.workerName,
    token: randomUUID(),
    leaseMs: deps.config.LEASE_MS,
    canJudgeLeases: contact.canJudgeLeases,
    canTakeSuspect: false,
    pausedPlugins: [...paused.plugins.keys()],
  };
  const { ExecutionModel } = deps.models;
  const execution = (await resumeLost(deps, lostClaims, request)) ?? (await send(deps, lostClaims, request));
  contact.recordContact();
  if (execution) return takeClaim(deps, execution, request.token);

  let miss = await readMiss(ExecutionModel, request);
  if (miss.kind === 'later' && miss.reason === 'suspect' && suspects.take(delivery.id)) {
    const suspectRequest = { ...request, canTakeSuspect: true };
    const suspect = await send(deps, lostClaims, suspectRequest).catch((error: unknown) => {
      suspects.free(delivery.id);
      throw error;
    });
    if (suspect) {
      deps.metrics.crashes.inc();
      return takeClaim(deps, suspect, request.token);
    }
    suspects.free(delivery.id);
    miss = await readMiss(ExecutionModel, suspectRequest);
  }
  deps.metrics.claimMisses.inc({ reason: miss.kind === 'later' ? miss.reason : miss.kind });
  return followMiss(deps, miss);
}

/** Continues a claim of this process whose reply was lost, if it was written. */
async function resumeLost(
  { models, config }: Deps,
  lostClaims: LostClaims,
  { id, token }: ClaimRequest,
): Promise<ExecutionRecord | undefined> {
  const lost = lostClaims.take(id);
  if (!lost) return undefined;
  try {
    return await resumeClaim(models.ExecutionModel, lost, { token, leaseMs: config.LEASE_MS });
  } catch (error) {
    lostClaims.add({ id, tokens: [...lost.tokens, token] });
    throw error;
  }
}

async function send(
  { models, writes }: Deps,
  lostClaims: LostClaims,
  request: ClaimRequest,
): Promise<ExecutionRecord | undefined> {
  try {
    return await claimExecution(models.ExecutionModel, request, writes.claim);
  } catch (error) {
    if (isDatabaseAway(error)) lostClaims.add({ id: request.id, tokens: [request.token] });
    throw error;
  }
}

async function takeClaim(deps: Deps, execution: ExecutionRecord, token: string): Promise<Claim> {
  if (findMissingFields(execution).length === 0) return { kind: 'claimed', execution, token };
  return { kind: 'unreadable', execution: await endIfUnreadable(deps, execution, { token }) };
}

async function followMiss(deps: Deps, miss: ClaimMiss): Promise<Claim> {
  const { ExecutionModel } = deps.models;
  const retentionSeconds = deps.config.EXECUTION_RETENTION_SECONDS;
  const ending = (ended: ExecutionRecord | null): Claim =>
    // Null: another process came first, or the state moved on. The next look tells which.
    ended
      ? { kind: 'ended', execution: ended, isSettled: false }
      : { kind: 'later', delayMs: deps.config.BEAT_MS };
  switch (miss.kind) {
    case 'gone':
    case 'void':
      return { kind: 'nothing' };
    case 'ended':
      return { ...miss, isSettled: miss.execution.settledAt !== undefined };
    case 'cancelled':
      return ending(await endFlagged(ExecutionModel, { id: miss.execution._id, retentionSeconds }));
    case 'expired':
      return ending(await endExpired(ExecutionModel, { id: miss.execution._id, retentionSeconds }));
    case 'crashed_out':
      return ending(await endCrashed(ExecutionModel, { id: miss.execution._id, retentionSeconds }));
    case 'unreadable': {
      const execution = await endIfUnreadable(deps, miss.execution);
      return execution
        ? { kind: 'ended', execution, isSettled: true }
        : { kind: 'later', delayMs: deps.config.BEAT_MS };
    }
    case 'paused': {
      const { _id: id, seq } = miss.execution;
      await holdExecution(ExecutionModel, { id, seq });
      return { kind: 'later', delayMs: HELD_DELAY_MS, losesPlace: true };
    }
    case 'later':
      return { kind: 'later', delayMs: miss.delayMs };
  }
}
