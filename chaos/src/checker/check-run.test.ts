import { randomUUID } from 'node:crypto';

import type { AttemptRecord, ExecutionRecord } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import { t } from 'tap';

import type { LedgerLine } from '../load/ledger.ts';
import { describeEnd } from '../watcher/sighting.ts';
import { checkRun, countByRule } from './check-run.ts';
import type { RunRecord } from './run-record.ts';

const START = new Date('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(START.getTime() + seconds * 1_000);

function attempt(epoch: number, changes: Partial<AttemptRecord> = {}): AttemptRecord {
  const times = { startedAt: after(epoch), endedAt: after(epoch + 0.5) };
  return { epoch, worker: 'w', ...times, outcome: 'completed', ...changes };
}

function completed(changes: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return buildExecution({
    _id: randomUUID(),
    plugin: 'chaos',
    action: 'quick',
    status: 'completed',
    result: '{}',
    epoch: 1,
    attemptsUsed: 1,
    attempts: [attempt(1)],
    endedAt: after(2),
    settledAt: after(3),
    expiresAt: after(1_000),
    ...changes,
  });
}

function failed(): ExecutionRecord {
  const execution = completed({
    status: 'failed',
    failure: { kind: 'error', message: 'no' },
    attempts: [attempt(1, { outcome: 'failed' })],
  });
  delete execution.result;
  return execution;
}

const crashedOnce = (changes: Partial<ExecutionRecord> = {}) =>
  completed({ epoch: 2, crashes: 1, attempts: [attempt(1, { outcome: 'crashed' }), attempt(2)], ...changes });

const accepted = (id: string, changes: Partial<LedgerLine> = {}): LedgerLine => ({
  at: 0,
  key: `key-${id}`,
  user: 0,
  action: 'quick',
  outcome: 'accepted',
  id,
  status: 202,
  tries: 1,
  tookMs: 5,
  ...changes,
});

/** A run without violations and with the given documents; `changes` plant a violation. */
function run(documents: ExecutionRecord[], changes: Partial<RunRecord> = {}): RunRecord {
  return {
    ledger: documents.map(({ _id }) => accepted(_id)),
    troubles: [],
    documents,
    sightings: documents.filter(({ endedAt }) => endedAt).map(describeEnd),
    effects: [],
    logs: [{ process: 'worker-1', line: '{"level":30,"msg":"attempt ended"}' }],
    jobs: [],
    ...changes,
  };
}

const rules = (record: RunRecord) => countByRule(checkRun(record));
const effect = (key: string, kind: 'once' | 'plain' = 'plain') => ({
  at: 0,
  receipt: 1,
  key,
  kind,
  attempt: 1,
});

void t.test('a run without violations breaks no rule', async (t) => {
  const caller = crashedOnce({ action: 'call-sink' });
  const record = run([completed(), caller, failed()], { effects: [effect(caller._id), effect(caller._id)] });

  t.same(rules(record), {});
});

void t.test('an accepted id without a document is lost', async (t) => {
  t.same(rules(run([], { ledger: [accepted('gone')] })), { lost: 1 });
});

void t.test('accepted work that did not end is found', async (t) => {
  t.same(rules(run([buildExecution({ status: 'queued' })])), { 'not-ended': 1 });
});

void t.test('unfinished work without an answer to its caller is found', async (t) => {
  t.same(rules(run([buildExecution({ status: 'queued' })], { ledger: [] })), { unfinished: 1 });
});

void t.test('one key with two ids is found, the same key of two users is not', async (t) => {
  const [one, other] = [completed(), completed()];
  const both = (user: number) => [accepted(one._id, { key: 'k' }), accepted(other._id, { key: 'k', user })];

  t.same(rules(run([one, other], { ledger: both(0) })), { 'key-split': 1 });
  t.same(rules(run([one, other], { ledger: both(1) })), {});
});

void t.test('a repeat that was answered with the same id counts once', async (t) => {
  t.same(rules(run([], { ledger: [accepted('gone'), accepted('gone')] })), { lost: 1 });
});

void t.test('a request that was given up or met a false conflict is found', async (t) => {
  const ledger = [
    accepted('', { outcome: 'given-up', status: 0 }),
    accepted('', { outcome: 'conflict', status: 409, key: 'other' }),
  ];

  t.same(rules(run([], { ledger })), { unanswered: 1, 'false-conflict': 1 });
});

void t.test('two completed attempts are a double end', async (t) => {
  const twice = completed({ epoch: 2, attemptsUsed: 2, attempts: [attempt(1), attempt(2)] });

  t.same(rules(run([twice])), { 'double-end': 1, 'end-without-attempt': 1 });
});

void t.test('an attempt after the completed one is a double end', async (t) => {
  const again = completed({
    epoch: 2,
    crashes: 1,
    attempts: [attempt(1), attempt(2, { outcome: 'crashed' })],
  });

  t.same(rules(run([again])), { 'double-end': 1, 'end-without-attempt': 1 });
});

void t.test('an end that differs from the one seen during the run has changed', async (t) => {
  const document = completed();
  const before = describeEnd(document);
  const earlier = [
    { ...before, status: 'failed' as const },
    { ...before, endedAt: before.endedAt - 1 },
    { ...before, outcome: '{"other":1}' },
  ];

  for (const sighting of earlier) {
    t.same(rules(run([document], { sightings: [sighting] })), { 'end-changed': 1 });
  }
  t.same(rules(run([], { sightings: [before] })), { 'end-changed': 1 }, 'a vanished end has changed too');
  const running = buildExecution({ _id: document._id, status: 'queued' });
  t.same(rules(run([running], { sightings: [before] })), { 'end-changed': 1, 'not-ended': 1 });
});

void t.test('an end without an attempt of its own is found', async (t) => {
  const zombie = crashedOnce({
    attemptsUsed: 1,
    attempts: [attempt(1, { outcome: 'crashed' }), { epoch: 2, worker: 'v', startedAt: after(2) }],
  });

  t.same(rules(run([zombie])), { 'end-without-attempt': 1, 'attempt-open': 1, 'attempt-counts': 1 });
});

void t.test('an end with a lease or without its times is incomplete', async (t) => {
  const leased = completed({ lease: { until: after(9), worker: 'w', token: 't' } });
  const timeless = completed();
  delete timeless.expiresAt;

  t.same(rules(run([leased, timeless])), { 'end-not-whole': 2 });
});

void t.test('missing, doubled and unordered epochs are found', async (t) => {
  const missing = completed({ epoch: 2, attempts: [attempt(2)] });
  const doubled = crashedOnce({ attempts: [attempt(2, { outcome: 'crashed' }), attempt(2)] });

  t.same(rules(run([missing, doubled])), { 'attempt-epochs': 2 });
});

void t.test('counters that differ from the attempts are found', async (t) => {
  const documents = [completed({ attemptsUsed: 2 }), completed({ crashes: 1 }), completed({ handBacks: 1 })];

  t.same(rules(run(documents)), { 'attempt-counts': 3 });
});

void t.test('a success without its side effect, and an effect without an execution, are found', async (t) => {
  const caller = completed({ action: 'call-sink' });

  t.same(rules(run([caller], { effects: [effect('nobody')] })), { 'effect-missing': 1, 'effect-key': 1 });
});

void t.test(
  'more effects than attempts, and a once that ran again without a reason, are found',
  async (t) => {
    const plain = completed({ action: 'call-sink' });
    const once = completed({ action: 'call-sink' });
    const afterCrash = crashedOnce({ action: 'call-sink' });
    const twice = (id: string, kind: 'once' | 'plain') => [effect(id, kind), effect(id, kind)];
    const effects = [
      ...twice(plain._id, 'plain'),
      ...twice(once._id, 'once'),
      ...twice(afterCrash._id, 'once'),
    ];

    t.same(rules(run([plain, once, afterCrash], { effects })), { 'effect-repeated': 1, 'once-repeated': 1 });
  },
);

void t.test('an unsettled end is found', async (t) => {
  const untold = completed();
  delete untold.settledAt;

  t.same(rules(run([untold])), { unsettled: 1 });
});

void t.test('jobs that stay behind, or failed in the queue unlike their executions, are found', async (t) => {
  const [good, bad] = [completed(), failed()];
  const jobOf = ({ _id: executionId }: ExecutionRecord, state: string, failedReason?: string) => ({
    id: `${executionId}-1`,
    executionId,
    state,
    ...(failedReason === undefined ? {} : { failedReason }),
  });
  const jobs = [
    jobOf(good, 'waiting'),
    jobOf(good, 'failed', 'error'),
    jobOf(bad, 'failed', 'timeout'),
    jobOf(bad, 'failed', 'error'),
  ];

  t.same(rules(run([good, bad], { jobs })), { 'job-left': 1, 'job-failed': 2 });
});

void t.test('a server error is found, a 429 or 503 is not', async (t) => {
  const trouble = (status: number) => ({
    at: 0,
    key: 'k',
    api: 'a',
    kind: 'status' as const,
    retryAfterMs: 1_000,
    status,
    detail: '',
  });

  t.same(rules(run([], { troubles: [503, 429, 500, 404].map(trouble) })), { 'wrong-answer': 2 });
});

void t.test('lines that no process should write are found', async (t) => {
  const lines = [
    '{"level":60,"msg":"unexpected error"}',
    '{"level":40,"msg":"x","err":{"message":"Unhandled rejection"}}',
    '{"level":50,"msg":"refused a job that is not an execution"}',
    'TypeError: x is not a function',
    '(node:1) ExperimentalWarning: stripping types',
    '{"level":50,"msg":"an error that is expected"}',
  ];
  const record = run([], { logs: lines.map((line) => ({ process: 'worker-1', line })) });

  t.same(rules(record), { 'log-line': 4 });
  t.same(countByRule(checkRun(record, { allowedLogs: /TypeError/ })), { 'log-line': 3 });
});
