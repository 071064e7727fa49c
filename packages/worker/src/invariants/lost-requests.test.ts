import {
  buildModels,
  cancelExecution,
  createMongo,
  type ExecutionRecord,
  isDatabaseAway,
  pingMongo,
  provideInput,
  resumeClaim,
  undoClaims,
} from '@mcp-server/shared';
import { askForRoots, buildExecution, FaultProxy, openNamespace, waitFor } from '@mcp-server/testing';
import t from 'tap';

/** Opens a namespace, and a model whose updates take effect while `loses` is set, but lose their replies. */
async function open(t: Parameters<typeof openNamespace>[0]) {
  const space = await openNamespace(t);
  const uri = new URL(space.mongodbUri);
  const proxy = await FaultProxy.open(Number(uri.port));
  uri.port = String(proxy.port);
  const mongo = createMongo({
    uri: uri.href,
    maxPoolSize: 2,
    serverSelectionTimeoutMs: 5_000,
    socketTimeoutMs: 5_000,
  });
  t.teardown(async () => {
    await mongo.close();
    await proxy.close();
  });
  await waitFor('the database', () => pingMongo(mongo.connection));
  const { ExecutionModel } = space.models;
  return {
    model: buildModels(mongo.connection).ExecutionModel,
    setLosing: (isLosing: boolean) =>
      proxy.setFault(
        isLosing
          ? { kind: 'swallow', rate: 1, how: 'cut', matches: (request) => request.includes('findAndModify') }
          : { kind: 'none' },
      ),
    stored: ExecutionModel,
    accept: async (changes: Partial<ExecutionRecord>) => {
      const execution = buildExecution(changes);
      await ExecutionModel.insertMany([execution]);
      return execution._id;
    },
    read: async (id: string) => (await ExecutionModel.findById(id).lean<ExecutionRecord>())!,
  };
}

const lease = { until: new Date(Date.now() + 60_000), worker: 'w', token: 'lost' };
const running = {
  status: 'running',
  epoch: 1,
  lease,
  attempts: [{ epoch: 1, worker: 'w', startedAt: new Date() }],
} as const;

t.test('a cancel whose reply was lost is found by its repeat', async (t) => {
  const { model, setLosing, accept, read } = await open(t);
  const [waiting, busy] = [await accept({}), await accept({ ...running, attempts: [...running.attempts] })];
  const cancel = (id: string) => cancelExecution(model, { id, by: 'me', retentionSeconds: 1_000 });

  setLosing(true);
  for (const id of [waiting, busy]) await t.rejects(cancel(id));
  setLosing(false);
  // The first write of a cancel is for waiting work, so the flag of running work was not sent yet.
  t.equal((await read(waiting)).status, 'cancelled');

  t.match(await cancel(waiting), { kind: 'ended', execution: { status: 'cancelled', cancel: { by: 'me' } } });
  t.match(await cancel(busy), { kind: 'requested' });
  const { cancel: flag } = await read(busy);
  t.match(await cancel(busy), { kind: 'requested', execution: { cancel: flag } }, 'a repeat changes nothing');
});

t.test('an answer whose reply was lost twice resumes the execution once', async (t) => {
  const { model, setLosing, accept, read } = await open(t);
  const id = await accept({ status: 'input_required', epoch: 1, inputs: [askForRoots()] });
  const answer = () => provideInput(model, { id, answers: new Map([['roots', '{"roots":[]}']]) });

  setLosing(true);
  const lost = await answer().catch((error: unknown) => error);
  setLosing(false);

  t.ok(isDatabaseAway(lost));
  t.match(await answer(), { kind: 'repeated', execution: { status: 'queued', seq: 2 } });
  t.match(await read(id), { status: 'queued', seq: 2, inputs: { length: 1 } });
});

t.test('a lost claim that was continued is not undone by an undo under way', async (t) => {
  const { stored, accept, read } = await open(t);
  const id = await accept({ ...running, attempts: [...running.attempts] });
  const lost = { id, tokens: ['never written', 'lost'] };

  t.match(await resumeClaim(stored, lost, { token: 'new', leaseMs: 1_000 }), {
    epoch: 1,
    lease: { token: 'new' },
  });
  await undoClaims(stored, [lost]);
  t.match(await read(id), { status: 'running', epoch: 1, attempts: { length: 1 } });

  await undoClaims(stored, [{ id, tokens: ['new'] }]);
  t.match(await read(id), { status: 'queued', epoch: 0, lease: undefined, attempts: { length: 0 } });
  t.equal(await resumeClaim(stored, lost, { token: 'newer', leaseMs: 1_000 }), undefined);
});
