import { setTimeout as delay } from 'node:timers/promises';

import type { ExecutionRecord } from '@mcp-server/shared';
import type { SilentDirection } from '@mcp-server/testing';

import type { RunRecord, Violation } from '../checker/run-record.ts';
import { callApi } from '../load/api-client.ts';
import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow, type Row } from './row.ts';

/** A process replaces its silent connections and works again within this time. */
const REPLACED_WITHIN_MS = 15_000;
/** Work that was on its way into a worker when its connections went silent starts within this time. */
const ON_ITS_WAY_MS = 1_500;
const RATE = 30;
const BEFORE_MS = 3_000;
/** Longer than the promise, so that a process that is late is seen. */
const WATCHED_MS = 20_000;
const POLL_MS = 100;
const DIRECTIONS: SilentDirection[] = ['both', 'replies'];

/** When connections went silent, and how many. */
interface Cut {
  direction: SilentDirection;
  at: number;
  connections: number;
}

interface SilentLinks extends Pick<Row, 'id' | 'title'> {
  store: 'redis' | 'mongodb';
  /** Status of an API's readiness while its connections are silent. */
  statusMeanwhile: string;
}

/** Declares a row about one store. */
export function defineSilentLinks({ id, title, store, statusMeanwhile }: SilentLinks): Row {
  const cutsOf = new WeakMap<Rig, Cut[]>();
  return defineRow({
    id,
    title,
    isQuick: false,
    quiescenceSeconds: 60,
    async run(rig) {
      cutsOf.set(rig, await runWithSilentLinks(rig, store, statusMeanwhile));
    },
    check: (record, rig) => checkSilentLinks(record, rig, cutsOf.get(rig) ?? []),
  });
}

/**
 * Under load, all open connections of every process to one store go silent, and new ones pass: first in both directions,
 * then only the replies.
 */
async function runWithSilentLinks(
  rig: Rig,
  store: SilentLinks['store'],
  statusMeanwhile: string,
): Promise<Cut[]> {
  const cuts: Cut[] = [];
  const seconds = (BEFORE_MS + DIRECTIONS.length * WATCHED_MS) / 1_000;
  const load = rig.load.arrive({ rate: RATE, seconds, mix: USUAL_MIX });
  await delay(BEFORE_MS);
  for (const direction of DIRECTIONS) {
    const slots = [...rig.apis, ...rig.workers];
    const connections = slots.map((slot) => slot[store].silence(direction));
    const cut = { direction, at: Date.now(), connections: Math.min(...connections) };
    cuts.push(cut);
    await Promise.all([
      ...rig.apis.map((api) => watchReadiness(rig, api, cut, statusMeanwhile)),
      delay(WATCHED_MS),
    ]);
  }
  await load;
  return cuts;
}

/** An API must say that it lacks the store, and be ready again in time. */
async function watchReadiness(
  rig: Rig,
  { name, url }: Rig['apis'][number],
  { direction, at }: Cut,
  statusMeanwhile: string,
): Promise<void> {
  const read = async () => {
    const answer = await callApi(url, { method: 'GET', path: '/health/ready' });
    return answer.kind === 'answered' ? answer.body['status'] : answer.kind;
  };
  let hasLacked = false;
  while (Date.now() - at < WATCHED_MS) {
    const status = await read();
    if (status === statusMeanwhile) hasLacked = true;
    if (hasLacked && status === 'ready') {
      return measure(rig, `ms until ${name} was ready (${direction})`, Date.now() - at);
    }
    await delay(POLL_MS);
  }
  rig.found.push(
    hasLacked
      ? { rule: 'not-replaced', detail: `${name} did not become ready (${direction})` }
      : inconclusive(`${name} never said ${statusMeanwhile} (${direction})`),
  );
}

function measure(rig: Rig, what: string, ms: number): void {
  rig.measured[what] = ms;
  if (ms > REPLACED_WITHIN_MS) rig.found.push({ rule: 'replaced-late', detail: `${what}: ${ms}` });
}

/** Every worker must have started work again in time after each cut. */
function checkSilentLinks({ documents }: RunRecord, rig: Rig, cuts: readonly Cut[]): Violation[] {
  const violations: Violation[] = [];
  for (const { direction, at, connections } of cuts) {
    if (connections === 0)
      violations.push(inconclusive(`a process had no connection to lose (${direction})`));
    for (const { name, workerName } of rig.workers) {
      const resumedMs = startsOf(documents, workerName)
        .map((startedAt) => startedAt - at)
        .filter((ms) => ms > ON_ITS_WAY_MS)
        .toSorted((one, other) => one - other)[0];
      if (resumedMs !== undefined && resumedMs <= REPLACED_WITHIN_MS) {
        rig.measured[`ms until ${name} took work (${direction})`] = resumedMs;
        continue;
      }
      const detail = `${name} took work after ${resumedMs ?? 'no'} ms (${direction})`;
      violations.push({ rule: 'replaced-late', detail });
    }
  }
  return violations;
}

const startsOf = (documents: readonly ExecutionRecord[], worker: string): number[] =>
  documents.flatMap(({ attempts }) =>
    attempts.filter((attempt) => attempt.worker === worker).map(({ startedAt }) => startedAt.getTime()),
  );
