import { setTimeout as delay } from 'node:timers/promises';

import { percentile } from '../checker/redelivery.ts';
import { callApi } from '../load/api-client.ts';
import { USUAL_MIX } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const RATE = 30;
const BEFORE_MS = 3_000;
const HUNG_MS = 20_000;
const AFTER_SECONDS = 3;
/** Most that an answer may take on a calm machine. */
const MAX_ANSWER_MS = 1_000;
/** On a busy one: the limit of a command to Redis, and this many times the slowest answer before the hang. */
const COMMAND_TIMEOUT_MS = 500;
const MAX_RATIO = 4;

let hungAt = 0;

/** Readiness must report that work is accepted and delivered later. */
async function checkReadiness(rig: Rig): Promise<void> {
  for (const { url, name } of rig.apis) {
    const answer = await callApi(url, { method: 'GET', path: '/health/ready' });
    const status =
      answer.kind === 'answered' ? `${answer.status} ${String(answer.body['status'])}` : answer.kind;
    if (status !== '200 degraded')
      rig.found.push({ rule: 'wrong-readiness', detail: `${name} says ${status}` });
  }
}

export default defineRow({
  id: 'F11',
  title: 'Redis hangs for 20 s',
  isQuick: false,
  quiescenceSeconds: 60,
  async run(rig) {
    const { redis } = rig.stores;
    const load = rig.load.arrive({
      rate: RATE,
      seconds: (BEFORE_MS + HUNG_MS) / 1_000 + AFTER_SECONDS,
      mix: USUAL_MIX,
    });
    await delay(BEFORE_MS);
    hungAt = Date.now();
    redis.pause();
    await delay(HUNG_MS / 2);
    await checkReadiness(rig);
    await delay(HUNG_MS / 2);
    redis.resume();
    await load;
  },
  check({ ledger, troubles }, { measured }) {
    const times = (lines: typeof ledger) => lines.map(({ tookMs }) => tookMs);
    const before = percentile(times(ledger.filter(({ at }) => at < hungAt)), 1);
    if (before === undefined) return [inconclusive('no request was answered before Redis hung')];
    const bound = Math.max(MAX_ANSWER_MS, COMMAND_TIMEOUT_MS + MAX_RATIO * before);
    const slowest = percentile(times(ledger), 1) ?? 0;
    measured['slowest answer before in ms'] = before;
    measured['slowest answer in ms'] = slowest;
    measured['p99 of answers in ms'] = percentile(times(ledger), 0.99) ?? 0;
    const late =
      slowest > bound ? [{ rule: 'late-answer', detail: `${slowest} ms is above ${bound} ms` }] : [];
    return [
      ...late,
      ...troubles.map(({ key, kind, detail }) => ({
        rule: 'failed-request',
        id: key,
        detail: `${kind} ${detail}`,
      })),
    ];
  },
});
