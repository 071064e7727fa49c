import type { Failure, McpTaskRecord } from '@mcp-server/shared';
import t from 'tap';

import { pollIntervalOf, presentMcpTask, presentOutcome } from './mcp-task.ts';

const record = (changes: Partial<McpTaskRecord>): McpTaskRecord => ({
  _id: '00000000-0000-4000-8000-000000000000',
  ownerId: '0'.repeat(24),
  plugin: 'sample',
  action: 'echo',
  status: 'queued',
  attemptsUsed: 0,
  policy: { retry: { attempts: 3 } },
  createdAt: new Date(0),
  updatedAt: new Date(1),
  ...changes,
});
const show = (changes: Partial<McpTaskRecord>) => ({
  ...presentMcpTask(record(changes), { usual: { runMs: null }, retentionSeconds: 60 }),
  ...presentOutcome(record(changes), () => true),
});
const failed = (failure: Failure) => show({ status: 'failed', failure });

t.test('an action that ran and failed is completed, with an error as its result', async (t) => {
  for (const kind of ['error', 'timeout', 'invalid_input', 'invalid_output'] as const) {
    const task = failed({ kind, message: 'so it is' });
    t.match(task, { status: 'completed', result: { isError: true, content: [{ text: /so it is/ }] } }, kind);
    t.notOk('error' in task);
  }
});

t.test('a fault around a run is failed, with a protocol error', async (t) => {
  for (const kind of ['crashed', 'expired', 'plugin_missing', 'outcome_unknown'] as const) {
    const task = failed({ kind, message: 'so it is' });
    t.match(task, { status: 'failed', error: { code: -32_603, message: 'so it is', data: { kind } } }, kind);
    t.notOk('result' in task);
  }
  t.equal(failed({ kind: 'error', message: 'no', code: 'PROTOCOL_ERROR' }).status, 'failed');
});

t.test('the status message describes unfinished work', async (t) => {
  const at = new Date(2);
  const messageOf = (changes: Partial<McpTaskRecord>) => show(changes).statusMessage;

  t.equal(messageOf({}), 'waiting in the queue');
  t.equal(messageOf({ status: 'running', attemptsUsed: 1 }), 'attempt 2 of 3');
  t.equal(
    messageOf({ status: 'running', progress: { done: 2, total: 5, message: 'pages', at } }),
    'attempt 1 of 3: 2 of 5, pages',
  );
  t.equal(messageOf({ status: 'retrying', attemptsUsed: 1 }), 'waiting for attempt 2 of 3');
  t.equal(messageOf({ status: 'running', cancel: { at, by: 'mary' } }), 'being cancelled');
  t.equal(messageOf({ status: 'input_required' }), 'waiting for input');
  t.equal(messageOf({ status: 'completed', result: '1' }), undefined);
});

t.test('open questions are shown, answered ones are not', async (t) => {
  const asked = {
    method: 'elicitation/create',
    params: '{"message":"Sure?"}',
    epoch: 1,
    askedAt: new Date(0),
  };
  const inputs = [
    { ...asked, key: 'one', answer: '{"action":"accept"}' },
    { ...asked, key: 'two' },
  ] as McpTaskRecord['inputs'];

  const task = show({ status: 'input_required', inputs });

  t.match(task, { status: 'input_required' });
  t.same(
    presentOutcome(record({ status: 'input_required', inputs }), () => true),
    {
      inputRequests: { two: { method: 'elicitation/create', params: { message: 'Sure?' } } },
    },
  );
});

t.test('polls follow the usual run time within bounds', async (t) => {
  t.equal(pollIntervalOf(null), 1_000);
  t.equal(pollIntervalOf({ p50: 10, p95: 20 }), 250);
  t.equal(pollIntervalOf({ p50: 8_000, p95: 9_000 }), 2_000);
  t.equal(pollIntervalOf({ p50: 3_600_000, p95: 3_600_000 }), 10_000);
});
