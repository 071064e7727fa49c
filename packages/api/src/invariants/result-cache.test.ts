import { eventStreamKey, type JsonValue, readEvent } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { listen, openClient } from '../testing/mcp-client.ts';
import type { Account } from '../testing/test-app.ts';
import { type Called, startCacheTest } from '../testing/test-cache.ts';

t.test('with one worker', { timeout: 120_000 }, async (t) => {
  const test = await startCacheTest(t);
  const { call, read, models } = test;
  const mary = await test.signUp('mary');
  const john = await test.signUp('john');
  const { ExecutionModel } = models;

  /** Result of the second caller after the first one had the result. */
  const callTwice = async (action: string, first: Account, second: Account, payload: JsonValue = {}) => {
    const earlier = await call(first, action, payload);
    if (earlier.cached || earlier.status !== 'completed') throw new Error(JSON.stringify(earlier));
    return { earlier, later: await call(second, action, payload) };
  };

  await t.test(
    'a hit is one completed and settled record without an attempt, and its owner sees it',
    async (t) => {
      const { earlier, later } = await callTwice('own', mary, mary, { b: [1, { y: 2, x: 3 }], a: 'ä' });
      const reordered = await call(mary, 'own', { a: 'ä', b: [1, { x: 3, y: 2 }] });
      const other = await call(mary, 'own', { a: 'a', b: [1, { x: 3, y: 2 }] });

      t.match(later, { status: 'completed', cached: true, result: earlier.result as object });
      t.same(reordered.result, earlier.result);
      t.equal(other.cached, undefined);
      t.not(later.executionId, earlier.executionId);
      const stored = await ExecutionModel.findById(later.executionId).lean();
      t.match(stored, {
        status: 'completed',
        isCached: true,
        attemptsUsed: 0,
        epoch: 0,
        settledAt: Date,
        expiresAt: Date,
      });
      t.same(
        [stored?.attempts.length, stored?.isUnsettled, stored?.cacheKey, stored?.lease],
        [0, undefined, undefined, undefined],
      );
      t.match(await read(mary, later.executionId), {
        cached: true,
        attempts: [],
        content: [{ text: earlier.result?.run }],
      });
      const explained = await test.inject({
        url: `/api/executions/${later.executionId}/explain`,
        headers: mary.headers,
      });
      t.match(explained.json(), {
        reasons: [{ text: 'Completed with the result of an earlier execution.' }],
      });
      const listed = await test.inject({ url: '/api/executions?limit=100', headers: mary.headers });
      t.equal(listed.json().items.find(({ id }: { id: string }) => id === later.executionId).cached, true);
      t.notOk(await test.redis.exists(`${test.prefix}:default:${later.executionId}-1`));
    },
  );

  await t.test('what an action does not share is a miss for another owner', async (t) => {
    const { earlier, later } = await callTwice('own', mary, john, { of: 'mary' });

    t.equal(later.cached, undefined);
    t.not(later.result?.run, earlier.result?.run);
  });

  await t.test('what it shares is a hit for another owner, who learns nothing of the first', async (t) => {
    const { earlier, later } = await callTwice('shared', mary, john);

    t.match(later, { cached: true, result: earlier.result as object });
    const stored = JSON.stringify(await ExecutionModel.findById(later.executionId).lean());
    const shown = JSON.stringify(await read(john, later.executionId));
    for (const foreign of [earlier.executionId, mary.id])
      for (const text of [stored, shown]) t.notOk(text.includes(foreign), foreign);
  });

  await t.test('a run that read the user or its execution serves its owner only', async (t) => {
    for (const action of ['reads-user', 'reads-id']) {
      const { earlier, later } = await callTwice(action, mary, john);
      t.equal(later.cached, undefined, action);
      t.match(await call(mary, action), { cached: true, result: earlier.result as object });
    }
  });

  await t.test('a run that read a secret, even one that is not there, serves no caller', async (t) => {
    const secret = { value: 'value-of-token', plugins: [{ plugin: 'cached' }] };
    for (const { headers } of [mary, john]) {
      const reply = await test.inject({ method: 'PUT', url: '/api/secrets/token', headers, payload: secret });
      t.ok(reply.statusCode < 300, reply.body);
    }
    for (const action of ['reads-secret', 'reads-no-secret']) {
      t.equal((await callTwice(action, mary, john)).later.cached, undefined, action);
      t.equal((await call(mary, action)).cached, undefined, action);
    }
  });

  await t.test('a run that read an answer serves no caller', async (t) => {
    const answered = async (account: Account): Promise<Called> => {
      const { headers } = account;
      const { executionId, status } = await call(account, 'reads-answer');
      if (status !== 'input_required') throw new Error(status);
      const payload = { answers: { 'input-1': { action: 'accept', content: { name: 'Ada' } } } };
      await test.inject({ method: 'POST', url: `/api/executions/${executionId}/input`, headers, payload });
      await waitFor('the end', async () => (await read(account, executionId)).status === 'completed');
      return { executionId, status };
    };
    await answered(mary);

    t.equal((await answered(john)).status, 'input_required');
    t.equal((await answered(mary)).status, 'input_required');
    t.equal(await ExecutionModel.countDocuments({ action: 'reads-answer', cacheKey: { $ne: null } }), 0);
  });

  await t.test('a run that read a step of an earlier attempt serves no caller', async (t) => {
    t.equal((await callTwice('reads-step', mary, john)).later.cached, undefined);
    t.equal((await call(mary, 'reads-step')).cached, undefined);
  });

  await t.test('after its time a result is not used', async () => {
    const first = await call(mary, 'short');
    await waitFor(
      'the end of its time',
      async () => (await call(mary, 'short', {})).result?.run !== first.result?.run,
    );
  });

  await t.test('Cache-Control: no-cache runs it, and later calls get the newer result', async (t) => {
    const { earlier } = await callTwice('own', mary, mary, { fresh: 1 });
    const fresh = await call(mary, 'own', { fresh: 1 }, { 'cache-control': 'max-age=0, No-Cache' });
    const later = await call(mary, 'own', { fresh: 1 });

    t.equal(fresh.cached, undefined);
    t.not(fresh.result?.run, earlier.result?.run);
    t.match(later, { cached: true, result: fresh.result as object });
  });

  await t.test('a rerun runs', async (t) => {
    const { later } = await callTwice('own', mary, mary, { again: 1 });
    const url = `/api/executions/${later.executionId}/rerun`;
    const reply = await test.inject({ method: 'POST', url, headers: mary.headers });
    t.ok(reply.statusCode < 300, reply.body);
    const id = reply.json().executionId ?? reply.json().id;

    await waitFor('the end', async () => (await read(mary, id)).status === 'completed');
    t.match(await read(mary, id), { attemptsUsed: 1, rerunOf: later.executionId });
    t.equal((await read(mary, id)).cached, undefined);
  });

  await t.test('two calls at once both run', async (t) => {
    const both = await Promise.all([call(mary, 'slow'), call(mary, 'slow')]);

    t.same(
      both.map(({ cached }) => cached),
      [undefined, undefined],
    );
    t.match(await call(mary, 'slow'), { cached: true });
  });

  await t.test('an idempotency key names a hit as any other execution', async (t) => {
    await call(mary, 'own', { key: 1 });
    const key = { 'idempotency-key': 'cached' };
    const hit = await call(mary, 'own', { key: 1 }, key);

    t.equal(hit.cached, true);
    t.equal((await call(mary, 'own', { key: 1 }, key)).executionId, hit.executionId);
    t.match(await call(mary, 'own', { key: 2 }, key), { code: 'idempotency_conflict' });
  });

  await t.test('a task is mirrored, and the owner gets the event of the end', async (t) => {
    const { headers } = mary;
    const work = { plugin: 'cached', action: 'own', payload: { of: 'a task' } };
    await call(mary, 'own', work.payload);
    const created = await test.inject({
      method: 'POST',
      url: '/api/tasks',
      headers,
      payload: { title: 'T', ...work },
    });
    const { id } = created.json();
    const started = await test.inject({ method: 'POST', url: `/api/tasks/${id}/execute`, headers });

    t.match(started.json(), { status: 'completed' });
    const { executionId } = started.json();
    const task = await test.inject({ url: `/api/tasks/${id}`, headers });
    t.match(task.json(), { status: 'completed', lastExecutionId: executionId });
    const stored = await ExecutionModel.findById(executionId).lean();
    t.match(stored, { isCached: true, settledAt: Date });
    t.equal(stored?.isUnsettled, undefined);
    const events = await waitFor('its event', async () => {
      const entries = await test.redis.xrange(eventStreamKey(test.prefix, mary.id), '-', '+');
      const own = entries
        .map((entry) => readEvent(entry))
        .filter((event) => JSON.stringify(event).includes(executionId));
      return own.length > 0 && own;
    });
    t.equal(events.length, 1);
    t.match(JSON.stringify(events), /completed/);
  });

  await t.test('a tool call is answered from the cache, unless it asks for a run', async (t) => {
    const client = openClient(await listen(test), mary);
    const tool = { name: 'cached__own', arguments: { by: 'a tool' } };
    const first = await client('tools/call', tool);
    const again = await client('tools/call', tool);
    const fresh = await client('tools/call', tool, { meta: { 'mcp-server/noCache': true } });

    t.same(again.result['structuredContent'], first.result['structuredContent']);
    t.same(again.result['content'], first.result['content']);
    t.notSame(fresh.result['structuredContent'], first.result['structuredContent']);
  });

  await t.test('a stored result that cannot be read is a miss', async (t) => {
    const hostile = [
      { result: 5 },
      { result: 'not JSON' },
      { result: null },
      { content: '{"type":"text"}' },
      { content: 7 },
      { cachedUntil: new Date(8.64e15) },
      { cachedUntil: 'later' },
      { cachedUntil: null },
      { status: 'queued' },
    ];
    for (const [index, change] of hostile.entries()) {
      const first = await call(mary, 'own', { hostile: index });
      t.equal((await call(mary, 'own', { hostile: index })).cached, true);
      await ExecutionModel.collection.updateOne({ _id: first.executionId as never }, { $set: change });
      const later = await call(mary, 'own', { hostile: index });
      t.match(later, { status: 'completed', cached: undefined }, JSON.stringify(change));
      t.not(later.result?.run, first.result?.run);
    }
  });

  await t.test('uses of the cache are counted', async (t) => {
    const text = await test.deps.metrics.registry.metrics();

    for (const use of ['hit', 'miss', 'skipped'])
      t.ok(new RegExp(`mcp_cache_uses_total\\{use="${use}"\\} [1-9]`).test(text), use);
  });
});

t.test('another edition of the code and other settings are misses', { timeout: 120_000 }, async (t) => {
  const test = await startCacheTest(t);
  const mary = await test.signUp('mary');
  const first = await test.call(mary, 'own');
  t.match(await test.call(mary, 'own'), { cached: true, result: first.result as object });

  await test.replaceWorker({ edition: 'second' });
  const edited = await test.call(mary, 'own');
  await test.replaceWorker({ env: { CACHED_PLUGIN_LEVEL: '7' } });
  const set = await test.call(mary, 'own');

  t.match(edited, { cached: undefined, result: { edition: 'second', level: 0 } });
  t.match(set, { cached: undefined, result: { edition: 'second', level: 7 } });
  t.match(await test.call(mary, 'own'), { cached: true, result: set.result as object });
});
