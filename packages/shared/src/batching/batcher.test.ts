import { t } from 'tap';

import { Batcher, type BatchKind, type BatchOutcome } from './batcher.ts';

interface Write {
  id: string;
  group?: string;
  bytes?: number;
}

class Refusal extends Error {}
class LostReply extends Error {}

/** A database that answers when the test says so, and records what it was sent. */
function openDatabase() {
  const sent: string[][] = [];
  const answers: (() => void)[] = [];
  const answered = () => new Promise<void>((resolve) => answers.push(resolve));
  const refused = new Set<string>();
  let lost = false;
  const kind: BatchKind<Write, string> = {
    idOf: ({ id }) => id,
    groupOf: ({ group = '' }) => group,
    sizeOf: ({ bytes = 1 }) => bytes,
    isOutcomeUnknown: (error) => error instanceof LostReply,
    async sendOne({ id }) {
      sent.push([id]);
      await answered();
      if (refused.has(id)) throw new Refusal(id);
      return id;
    },
    async sendMany(writes) {
      sent.push(writes.map(({ id }) => id));
      await answered();
      if (lost) throw new LostReply();
      if (writes.some(({ id }) => refused.has(id))) throw new Refusal('all of it');
      return writes.map(({ id }): BatchOutcome<string> =>
        id.startsWith('duplicate') ? { isDone: false, error: new Error(id) } : { isDone: true, value: id },
      );
    },
  };
  return {
    kind,
    sent,
    refused,
    loseReplies: () => (lost = true),
    /** Answers every command, also those that arrive in between, until none is left. */
    async answerAll() {
      for (let idle = 0; idle < 10; idle += 1) {
        const waiting = answers.splice(0);
        if (waiting.length > 0) idle = 0;
        for (const answer of waiting) answer();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
  };
}

const BOUNDS = { maxCount: 3, maxBytes: 100 };
/** The outcome or error of each write; attached at once, as callers do. */
const settleAll = (writes: Promise<string>[]) =>
  Promise.all(writes.map((write) => write.catch((error: unknown) => error as Error)));

void t.test(
  'an idle batcher sends at once; writes that arrive during a command are batched, sorted by id',
  async (t) => {
    const database = openDatabase();
    const batcher = new Batcher(database.kind, BOUNDS);

    const writes = ['m', 'c', 'a', 'b'].map((id) => batcher.run({ id }));
    const sentAtOnce = database.sent.map((ids) => [...ids]);
    await database.answerAll();

    t.same(sentAtOnce, [['m']]);
    t.same(database.sent, [['m'], ['a', 'b', 'c']]);
    t.same(await Promise.all(writes), ['m', 'c', 'a', 'b']);
  },
);

void t.test(
  'a batch is bounded by count and by bytes, and an element beyond the bounds is sent alone',
  async (t) => {
    const database = openDatabase();
    const batcher = new Batcher(database.kind, BOUNDS);

    const writes = [
      { id: 'first' },
      { id: 'a', bytes: 60 },
      { id: 'b', bytes: 60 },
      { id: 'c' },
      { id: 'd' },
      { id: 'e', bytes: 1_000 },
      { id: 'f' },
    ].map((write) => batcher.run(write));
    await database.answerAll();
    await Promise.all(writes);

    t.same(database.sent, [['first'], ['a', 'c', 'd'], ['b', 'f'], ['e']]);
  },
);

void t.test('a document is never twice in a batch, and a batch has one group only', async (t) => {
  const database = openDatabase();
  const batcher = new Batcher(database.kind, BOUNDS);

  const writes = [
    { id: 'first' },
    { id: 'a' },
    { id: 'b', group: 'other' },
    { id: 'a' },
    { id: 'b' },
    { id: 'c' },
  ].map((write) => batcher.run(write));
  await database.answerAll();
  await Promise.all(writes);

  t.same(database.sent, [['first'], ['a', 'c'], ['b'], ['a', 'b']]);
});

void t.test('an error of one element rejects that element alone', async (t) => {
  const database = openDatabase();
  const batcher = new Batcher(database.kind, BOUNDS);

  const outcomes = settleAll(['first', 'a', 'duplicate', 'z'].map((id) => batcher.run({ id })));
  await database.answerAll();

  t.match(await outcomes, ['first', 'a', { message: 'duplicate' }, 'z']);
});

void t.test('a refusal of the whole command rejects exactly the element that caused it', async (t) => {
  const database = openDatabase();
  const batcher = new Batcher(database.kind, { maxCount: 8, maxBytes: 100 });
  database.refused.add('d');

  const settling = settleAll(['first', 'a', 'b', 'c', 'd', 'e'].map((id) => batcher.run({ id })));
  await database.answerAll();
  const outcomes = await settling;

  t.same(outcomes.slice(0, 4), ['first', 'a', 'b', 'c']);
  t.type(outcomes[4], Refusal);
  t.equal(outcomes[5], 'e');
});

void t.test('an unknown outcome rejects every element, and nothing is sent again', async (t) => {
  const database = openDatabase();
  const batcher = new Batcher(database.kind, BOUNDS);
  database.loseReplies();

  const settling = settleAll(['first', 'a', 'b'].map((id) => batcher.run({ id })));
  await database.answerAll();
  const outcomes = await settling;

  t.equal(outcomes[0], 'first');
  t.type(outcomes[1], LostReply);
  t.type(outcomes[2], LostReply);
  t.same(database.sent, [['first'], ['a', 'b']]);
});

void t.test('close resolves once every element has its outcome', async (t) => {
  const database = openDatabase();
  const batcher = new Batcher(database.kind, BOUNDS);
  const writes = ['first', 'a', 'b'].map((id) => batcher.run({ id }));
  let isClosed = false;

  const closing = batcher.close().then(() => (isClosed = true));
  await new Promise((resolve) => setImmediate(resolve));
  t.equal(isClosed, false);
  await database.answerAll();
  await closing;

  t.same(await Promise.all(writes), ['first', 'a', 'b']);
  await batcher.close();
});

void t.test('an element without an outcome is rejected', async (t) => {
  const database = openDatabase();
  const forgetful = { ...database.kind, sendMany: async () => [] };
  const batcher = new Batcher(forgetful, BOUNDS);

  const outcomes = settleAll(['first', 'a', 'b'].map((id) => batcher.run({ id })));
  await database.answerAll();

  t.match(await outcomes, ['first', { message: /no outcome/ }, { message: /no outcome/ }]);
});
