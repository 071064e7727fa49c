import { isMongoCommand, NO_FAULT, waitFor } from '@mcp-server/testing';

import { percentile } from '../checker/redelivery.ts';
import type { Violation } from '../checker/run-record.ts';
import { type Answer, submitWork } from '../load/api-client.ts';
import { buildWork, USUAL_MIX, type Work } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import { defineRow } from './row.ts';

const ROUNDS = 8;
const PARALLEL = 20;
const KILLS = 2;
const RATE = 20;
const SECONDS = 10;
/** Most that one of the parallel requests may take on a calm machine, and in times of the slowest other answer on a busy one. */
const MAX_ANSWER_MS = 8_000;
const MAX_RATIO = PARALLEL;
/** Longer than the test needs: the API is dead by then. */
const HOLE_MS = 20_000;

const idOf = (answer: Answer): string | undefined => {
  const id = answer.kind === 'answered' ? answer.body['executionId'] : undefined;
  return typeof id === 'string' ? id : undefined;
};
const statusOf = (answer: Answer) => (answer.kind === 'answered' ? answer.status : answer.kind);

/** Distinct answers with their counts. */
const describeAnswers = (answers: Answer[]) =>
  JSON.stringify(
    [
      ...Map.groupBy(answers, (answer) => `${statusOf(answer)} ${idOf(answer) ?? JSON.stringify(answer)}`),
    ].map(([answer, same]) => `${same.length} × ${answer}`),
  );

/** Sends one key many times in parallel to both APIs, then the same key with another body. */
async function submitInParallel(rig: Rig, round: number): Promise<Violation[]> {
  const random = rig.random(`round ${round}`);
  const [work, other] = [drawQuick(rig, random), drawQuick(rig, random)];
  const key = `f16-${rig.seed}-${round}`;
  const { token = '' } = rig.users[round % rig.users.length] ?? {};
  const send = (body: Work, turn: number) =>
    submitWork(rig.apis[turn % rig.apis.length]?.url ?? '', { token, key, work: body });
  const sentAt = performance.now();
  const answers = await Promise.all(Array.from({ length: PARALLEL }, (_, turn) => send(work, turn)));
  const name = 'slowest round in ms';
  rig.measured[name] = Math.max(rig.measured[name] ?? 0, Math.round(performance.now() - sentAt));
  const ids = new Set(answers.map(idOf));
  const violations: Violation[] = [];
  if (ids.has(undefined))
    violations.push({ rule: 'wrong-answer', id: key, detail: describeAnswers(answers) });
  ids.delete(undefined);
  if (ids.size !== 1) violations.push({ rule: 'key-split', id: key, detail: describeAnswers(answers) });
  const conflict = await send(other, round);
  if (statusOf(conflict) !== 409) {
    violations.push({ rule: 'missing-conflict', id: key, detail: JSON.stringify(conflict) });
  }
  return violations;
}

const drawQuick = (rig: Rig, random: () => number) => buildWork('quick', random, { sinkUrl: rig.sinkUrl });

/** The insert is done, its reply is lost and the API dies: a repeat at the other API must return the same execution. */
async function killBetweenWriteAndReply(rig: Rig, round: number): Promise<Violation[]> {
  const victim = rig.apis[round % rig.apis.length];
  const other = rig.apis[(round + 1) % rig.apis.length];
  const { token = '', index = 0 } = rig.users[0] ?? {};
  if (!victim || !other) throw new Error('two APIs are needed');
  const work = drawQuick(rig, rig.random(`kill ${round}`));
  const key = `f16-kill-${rig.seed}-${round}`;
  victim.mongodb.setFault({
    kind: 'swallow',
    rate: 1,
    matches: isMongoCommand('insert'),
    how: 'hole',
    holeMs: HOLE_MS,
  });
  const cutOff = submitWork(victim.url, { token, key, work });
  const stored = await waitFor('the insert', () =>
    rig.models.ExecutionModel.findOne({ idempotencyKey: key }, { _id: 1 }).lean<{ _id: string }>(),
  );
  await victim.kill();
  const first = await cutOff;
  const repeat = await submitWork(other.url, { token, key, work });
  victim.mongodb.setFault(NO_FAULT);
  await victim.start();
  await victim.ready();
  const line = await rig.load.submit(work, { token, index }, key);
  if (first.kind !== 'answered' && idOf(repeat) === stored._id && line.id === stored._id) return [];
  return [{ rule: 'key-split', id: key, detail: JSON.stringify({ stored, first, repeat, line }) }];
}

export default defineRow({
  id: 'F16',
  title: '20 parallel requests with one key; another body; an API killed between write and reply',
  async run(rig) {
    const violations = rig.found;
    await Promise.all([
      rig.load.arrive({ rate: RATE, seconds: rig.seconds(SECONDS), mix: USUAL_MIX }),
      (async () => {
        for (let round = 0; round < ROUNDS; round += 1)
          violations.push(...(await submitInParallel(rig, round)));
        for (let round = 0; round < KILLS; round += 1) {
          violations.push(...(await killBetweenWriteAndReply(rig, round)));
        }
      })(),
    ]);
    rig.measured['parallel requests'] = ROUNDS * PARALLEL;
    rig.measured['API kills'] = KILLS;
  },
  check({ documents, ledger }, { measured }) {
    const usual = percentile(
      ledger.map(({ tookMs }) => tookMs),
      1,
    );
    const bound = Math.max(MAX_ANSWER_MS, MAX_RATIO * (usual ?? 0));
    const slowest = measured['slowest round in ms'] ?? Infinity;
    const late =
      slowest > bound ? [{ rule: 'late-answer', detail: `${slowest} ms is above ${bound} ms` }] : [];
    const keys = documents.flatMap(({ idempotencyKey = '' }) =>
      idempotencyKey.startsWith('f16-') ? [idempotencyKey] : [],
    );
    if (keys.length === ROUNDS + KILLS && new Set(keys).size === keys.length) return late;
    return [...late, { rule: 'key-split', detail: `${keys.length} executions for ${ROUNDS + KILLS} keys` }];
  },
});
