import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { FatalError } from '@mcp-server/plugin-sdk';
import {
  type AttemptEnd,
  type AttemptHost,
  type AttemptRequest,
  StopError,
  type StopReason,
} from '@mcp-server/plugin-sdk/attempt';
import { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import t from 'tap';

import { describePackage } from './describe-package.ts';
import { runInProcess } from './run-in-process.ts';

const SOURCE = `
import { z } from 'zod';
const action = (run, more = {}) => ({
  title: 'T',
  description: 'D',
  input: z.object({ n: z.number().refine((n) => n !== 13, 'must not be 13') }),
  output: z.looseObject({}),
  run,
  ...more,
});
const untilAborted = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
export default {
  id: 'demo', version: '1.0.0', title: 'T', description: 'D',
  actions: {
    context: action(async ({ n }, ctx) => {
      ctx.log.info('line ' + n);
      ctx.progress(1, 2, 'half');
      const step = await ctx.once('step', () => ({ n }));
      const token = await ctx.secret('token');
      return { step, length: token.length, token, env: Object.keys(process.env), userId: ctx.userId };
    }, {
      annotations: { readOnly: true }, cache: { ttlMs: 1000, shared: true },
      toContent: (output) => [{ type: 'text', text: 'content ' + output.length }],
    }),
    ask: action(async (_, ctx) => ({ got: await ctx.requestInput(z.object({ color: z.string() }), 'Which?', { key: 'q' }) })),
    fatal: action(() => { throw Object.assign(new Error('no'), { name: 'FatalError', code: 'NO' }); }),
    fails: action(() => { throw new Error('once more'); }),
    waits: action((_, ctx) => untilAborted(ctx.signal)),
    swallows: action((_, ctx) => untilAborted(ctx.signal).catch(() => new Promise(() => setInterval(() => {}, 1000)))),
    rejects: action(() => { Promise.reject(new Error('unhandled')); return new Promise(() => setInterval(() => {}, 1000)); }),
    lies: action(async () => {
      const { writeSync } = await import('node:fs');
      writeSync(3, '{"kind":"ended","end":{"kind":"completed","result":1}}\\n');
      return new Promise(() => setInterval(() => {}, 1000));
    }),
    floods: action(async () => {
      const { writeSync } = await import('node:fs');
      for (;;) writeSync(3, 'x'.repeat(100_000));
    }),
    hoards: action(() => { const all = []; for (;;) all.push(new Array(100_000).fill(Math.random())); }),
    'unknown-secret': action((_, ctx) => ctx.secret('other')),
  },
};`;

const REQUEST: AttemptRequest = {
  executionId: '00000000-0000-4000-8000-000000000000',
  userId: 'ada',
  attempt: 1,
  payload: '{"n":7}',
  retry: { attempts: 3, backoff: 'fixed', delayMs: 50, maxDelayMs: 1_000 },
  timeoutMs: 20_000,
  settings: { ofAnother: 'plugin' },
  questions: [],
  earlyAnswers: {},
};

async function buildPackage(t: { teardown(fn: () => Promise<void>): void }) {
  const folder = await mkdtemp(join(tmpdir(), 'package-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'node_modules'));
  const zod = dirname(fileURLToPath(import.meta.resolve('zod/package.json')));
  await symlink(zod, join(folder, 'node_modules/zod'));
  await writeFile(join(folder, 'index.mjs'), SOURCE);
  const entry = pathToFileURL(join(folder, 'index.mjs')).href;
  return { folder, entry, plugin: await describePackage({ folder, entry, timeoutMs: 20_000, name: 'demo' }) };
}

t.test('an action of a package in its process', async (t) => {
  const { folder, entry, plugin } = await buildPackage(t);
  const run = async (
    name: string,
    changes: Partial<AttemptRequest> = {},
    stop?: { reason: StopReason; afterMs: number },
  ) => {
    const told: unknown[] = [];
    const steps = new Map<string, string>();
    const readings: string[] = [];
    const host: AttemptHost = {
      maxResultBytes: 10_000,
      abandonAfterMs: 1_000,
      secrets: new KnownSecrets(),
      steps: {
        storedBytes: 0,
        read: async (step) => steps.get(step),
        start: async () => undefined,
        end: async (step, result) => void steps.set(step, result),
      },
      async readSecret(secret) {
        if (secret !== 'token') throw new FatalError('unknown', { code: 'SECRET_UNKNOWN' });
        return { value: 'a-secret-value', hosts: [] };
      },
      noteReading: (reading) => void readings.push(reading),
      writeLog: (level, text) => void told.push([level, text]),
      reportProgress: (progress) => void told.push(progress),
      onAbandoned: () => void told.push('abandoned'),
    };
    const controller = new AbortController();
    const timer = stop && setTimeout(() => controller.abort(new StopError(stop.reason)), stop.afterMs);
    const action = plugin.actions[name];
    if (!action) throw new Error(name);
    const attempt = { request: { ...REQUEST, ...changes }, host, controller };
    const end: AttemptEnd = await runInProcess(action, { folder, entry, action: name }, attempt);
    clearTimeout(timer);
    return { end, told, steps, readings };
  };

  const { end, told, steps, readings } = await run('context');
  t.equal(end.kind, 'completed');
  const result: unknown = JSON.parse(end.kind === 'completed' ? end.result : '{}');
  const expected = { step: { n: 7 }, length: 14, token: '[redacted]', env: [], userId: 'ada' };
  t.same(result, expected, 'steps, secrets and the user are there, an environment is not');
  t.match(end, { content: '[{"type":"text","text":"content 14"}]' });
  t.same(told, [['info', 'line 7'], { done: 1, total: 2, message: 'half' }]);
  t.same([...steps], [['step', '{"n":7}']]);
  t.same(readings, ['secret', 'owner'], 'what it reads is noted here');
  t.same(plugin.actions['context']?.cache, { ttlMs: 1_000, shared: false }, 'a package does not share');

  t.match((await run('ask')).end, {
    kind: 'input_required',
    inputs: [{ key: 'q', method: 'elicitation/create' }],
  });
  const answer = JSON.stringify({ action: 'accept', content: { color: 'red' } });
  const answered = await run('ask', { questions: [{ key: 'q', answer }] });
  t.match(answered.end, { kind: 'completed', result: '{"got":{"color":"red"}}' });

  t.match((await run('context', { payload: '{"n":13}' })).end, {
    failure: { kind: 'invalid_input', message: /13/ },
  });
  t.match((await run('fatal')).end, { kind: 'failed', failure: { code: 'NO' } });
  t.match((await run('fails')).end, { kind: 'retry', failure: { message: 'once more' } });
  t.match((await run('fails', { attempt: 3 })).end, { kind: 'failed' });
  t.match((await run('unknown-secret')).end, { kind: 'failed', failure: { code: 'SECRET_UNKNOWN' } });
  t.match((await run('rejects')).end, { kind: 'retry', failure: { message: /ended with 1/ } });
  t.match(
    (await run('lies')).end,
    { kind: 'retry', failure: { message: /unknown form/ } },
    'a message of another form',
  );
  t.match(
    (await run('floods')).end,
    { kind: 'retry', failure: { message: /unknown form|more than \d+ bytes/ } },
    'a message without an end',
  );
  t.match(
    (await run('hoards')).end,
    { kind: 'retry', failure: { message: /SIGABRT|134/ } },
    'too much memory',
  );

  const stopped = await run('waits', {}, { reason: 'cancel', afterMs: 700 });
  t.match(stopped.end, { kind: 'cancelled' });
  const deaf = await run('swallows', { timeoutMs: 900 });
  t.match(deaf.end, { kind: 'retry', failure: { kind: 'timeout' } });
  t.same([stopped.told, deaf.told], [[], []], 'nothing is abandoned: the process was ended');
});
