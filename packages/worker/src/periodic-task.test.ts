import { setImmediate as nextTurn } from 'node:timers/promises';

import t from 'tap';

import { PeriodicTask, type PeriodicTaskOptions } from './periodic-task.ts';

/** A task on a clock of its own: waits end when the test says so, turns end when the test ends them. */
function openTask(options: Partial<PeriodicTaskOptions> = {}) {
  const waits: { ms: number; end: () => void }[] = [];
  const turns: { end: () => void; fail: (error: Error) => void }[] = [];
  const errors: unknown[] = [];
  const clock = { now: 0 };
  const task = new PeriodicTask({
    run: () => new Promise((resolve, reject) => turns.push({ end: resolve, fail: reject })),
    intervalMs: 100,
    countFrom: 'start',
    onError: (error) => errors.push(error),
    wait: (ms, signal) =>
      new Promise((resolve) => {
        waits.push({ ms, end: resolve });
        if (signal.aborted) resolve();
        else signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    now: () => clock.now,
    ...options,
  });
  return { task, waits, turns, errors, clock };
}

t.test('one turn at a time: the first at once, the next after the interval', async (t) => {
  const { task, waits, turns, clock } = openTask();

  task.start();
  task.start();
  t.equal(turns.length, 1);
  clock.now = 30;
  turns[0]?.end();
  await nextTurn();
  t.match(waits, [{ ms: 70 }], 'counted from the start of the turn');
  t.equal(turns.length, 1);
  waits[0]?.end();
  await nextTurn();
  t.equal(turns.length, 2);
  clock.now = 500;
  turns[1]?.end();
  await nextTurn();

  t.equal(waits[1]?.ms, 0, 'a turn longer than the interval leaves no wait');
  await task.close();
});

t.test('the interval may count from the end of a turn, and hold for the first turn too', async (t) => {
  const { task, waits, turns, clock } = openTask({ countFrom: 'end', startsAtOnce: false });

  task.start();
  t.equal(turns.length, 0);
  waits[0]?.end();
  await nextTurn();
  clock.now = 30;
  turns[0]?.end();
  await nextTurn();

  t.match(waits, [{ ms: 100 }, { ms: 100 }]);
  await task.close();
});

t.test('the error of a turn is reported, and the task goes on', async (t) => {
  const { task, waits, turns, errors } = openTask();
  const error = new Error('no database');

  task.start();
  turns[0]?.fail(error);
  await nextTurn();
  waits[0]?.end();
  await nextTurn();

  t.same(errors, [error]);
  t.equal(turns.length, 2);
  turns[1]?.end();
  await task.close();
});

t.test('a synchronous error of a turn is reported too', async (t) => {
  const failing = () => {
    throw new Error('at once');
  };
  const { task, errors } = openTask({ run: failing });

  task.start();
  await nextTurn();

  t.match(errors, [{ message: 'at once' }]);
  await task.close();
});

t.test('runSoon ends the wait, and during a turn the next one follows without a wait', async (t) => {
  const { task, turns } = openTask();

  task.start();
  turns[0]?.end();
  await nextTurn();
  task.runSoon();
  await nextTurn();
  t.equal(turns.length, 2);
  task.runSoon();
  task.runSoon();
  t.equal(turns.length, 2, 'never two at once');
  turns[1]?.end();
  await nextTurn();
  t.equal(turns.length, 3);
  turns[2]?.end();
  await nextTurn();

  t.equal(turns.length, 3, 'asked for once');
  await task.close();
});

t.test('close tells the turn under way, waits for it, and lets no other begin', async (t) => {
  let signal: AbortSignal | undefined;
  let endTurn = () => {};
  const run = (given: AbortSignal) => {
    signal = given;
    return new Promise<void>((resolve) => (endTurn = resolve));
  };
  const { task, waits } = openTask({ run });
  let isClosed = false;

  task.start();
  const closing = Promise.all([task.close(), task.close()]).then(() => (isClosed = true));
  await nextTurn();
  t.equal(signal?.aborted, true);
  t.equal(isClosed, false);
  endTurn();
  await closing;
  task.start();

  t.same(waits, []);
});

t.test('a closed task ends its wait, and one that never started closes at once', async (t) => {
  const { task, turns } = openTask({ wait: undefined, intervalMs: 600_000 });

  task.start();
  turns[0]?.end();
  await nextTurn();
  await task.close();
  await openTask().task.close();

  t.equal(turns.length, 1);
});
