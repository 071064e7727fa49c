import { buildQueue, type ExecutionRecord, jobId } from '@mcp-server/shared';
import { type Fleet, forecastFolder, openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FAST = { LEASE_MS: '900', BEAT_MS: '200', STALLED_CHECK_MS: '250', SWEEP_MS: '200' };
const GRACE_MS = 60_000;
/** Each take reaches one of four workers at random; from the 32nd on, the able one counts as busy. `bench` has the times. */
const MOST_TAKES = 64;
const CITY = '{"city":"Rome"}';
const WITH_UNIT = '{"city":"Rome","unit":"K"}';
const REPORT = { plugin: 'forecast', action: 'report' };

type Kind = Parameters<typeof forecastFolder>[0];

const startVersion = ({ startWorker }: Fleet, kind: Kind, env: Record<string, string> = {}) =>
  startWorker({ ...FAST, PLUGINS_DIR: forecastFolder(kind), ...env });
const submitTo = ({ submit }: Fleet, pluginVersion: string, payload: string) =>
  submit({ ...REPORT, pluginVersion, payload });
const versionThatRan = ({ result }: ExecutionRecord) =>
  (JSON.parse(result ?? '{}') as { version?: string }).version;

/** Waits until a version is published and a worker has announced it. */
const announced = ({ space: { models } }: Fleet, name: string) =>
  waitFor(`a worker with ${name}`, async () => {
    const isPublished = await models.PluginModel.exists({ _id: name });
    return isPublished && models.WorkerModel.exists({ plugins: name });
  });

/** Changes when the version was last published, by a worker that is not of this test. */
async function publishedAgo({ space: { models } }: Fleet, version: string, ms: number): Promise<void> {
  await waitFor('a published version', () => models.PluginModel.exists({ id: 'forecast' }));
  const { _id, ...any } = (await models.PluginModel.findOne({ id: 'forecast' }).lean())!;
  const seenAt = new Date(Date.now() - ms);
  await models.PluginModel.updateOne(
    { _id: `forecast@${version}` },
    { $set: { ...any, version, seenAt } },
    { upsert: true },
  );
}

t.test(
  'with one of four workers able, the able one is reached and runs each once',
  { timeout: 120_000 },
  async (t) => {
    const fleet = await openFleet(t);
    const queue = buildQueue('default', fleet.space.redis, fleet.space.prefix);
    t.teardown(() => queue.close());
    await Promise.all([
      startVersion(fleet, 'one'),
      ...Array.from({ length: 3 }, () => fleet.startWorker(FAST)),
    ]);
    await announced(fleet, 'forecast@1.0.0');

    const ids = await Promise.all(Array.from({ length: 100 }, () => submitTo(fleet, '1.0.0', CITY)));
    const ended = await Promise.all(ids.map((id) => fleet.reach(id, 'completed')));

    // No other worker claimed one, not even to give it back.
    t.ok(ended.every(({ attempts, epoch }) => attempts.length === 1 && epoch === 1));
    const jobs = await Promise.all(ids.map((id) => queue.getJob(jobId(id, 1))));
    const takes = jobs.map((job) => job!.attemptsStarted).toSorted((one, other) => one - other);
    t.comment(`takes: median ${takes[50]}, p95 ${takes[95]}, most ${takes[99]}`);
    t.ok(takes[95]! <= MOST_TAKES, `95 % were taken ${takes[95]} times at most`);
  },
);

t.test('work that no worker can run is parked, and woken by the first worker that can', async (t) => {
  const fleet = await openFleet(t);
  const queue = buildQueue('default', fleet.space.redis, fleet.space.prefix);
  t.teardown(() => queue.close());
  await fleet.startWorker(FAST);
  await fleet.startWorker(FAST);

  const ids = await Promise.all(Array.from({ length: 20 }, () => submitTo(fleet, '1.0.0', CITY)));
  const isParked = async () =>
    (await queue.getDelayedCount()) === ids.length &&
    (await fleet.space.models.ExecutionModel.countDocuments({ heldAt: { $exists: true } })) === ids.length;
  await waitFor('all to be parked', isParked);
  // A sweep that woke them too early would move them again.
  const other = await fleet.submit();
  await fleet.reach(other, 'completed');

  const jobs = await Promise.all(ids.map((id) => queue.getJob(jobId(id, 1))));
  t.same([...new Set(jobs.map((job) => job?.attemptsStarted))], [1], 'each was taken once');
  t.match(await fleet.read(ids[0]!), { status: 'queued', epoch: 0, lacksAction: true });
  await startVersion(fleet, 'one');
  const ended = await Promise.all(ids.map((id) => fleet.reach(id, 'completed')));
  t.notOk(ended.some(({ heldAt, lacksAction }) => heldAt ?? lacksAction));
});

t.test('a payload that only version 2 accepts is run by version 2', async (t) => {
  const fleet = await openFleet(t);
  await Promise.all([startVersion(fleet, 'one'), startVersion(fleet, 'one'), startVersion(fleet, 'two')]);
  await Promise.all([announced(fleet, 'forecast@1.0.0'), announced(fleet, 'forecast@2.0.0')]);

  const newer = await Promise.all(Array.from({ length: 30 }, () => submitTo(fleet, '2.0.0', WITH_UNIT)));
  const older = await Promise.all(Array.from({ length: 30 }, () => submitTo(fleet, '1.0.0', CITY)));

  const endedNewer = await Promise.all(newer.map((id) => fleet.reach(id, 'completed')));
  await Promise.all(older.map((id) => fleet.reach(id, 'completed')));
  t.same([...new Set(endedNewer.map(versionThatRan))], ['2.0.0']);
  t.ok(endedNewer.every(({ attemptsUsed }) => attemptsUsed === 1));
  const earlier = endedNewer.flatMap(({ attempts }) => attempts.slice(0, -1));
  t.ok(earlier.length > 0, 'version 1 refused some');
  for (const attempt of earlier)
    t.match(attempt, { outcome: 'handed_back', error: { kind: 'invalid_input' } });
  t.ok(
    endedNewer.every(({ attempts }) => attempts.length <= 3),
    'each worker refuses an execution once',
  );
});

t.test(
  'a payload that no living version knows waits out the grace, then the living one judges',
  async (t) => {
    const fleet = await openFleet(t);
    await startVersion(fleet, 'one');
    await announced(fleet, 'forecast@1.0.0');
    await publishedAgo(fleet, '2.0.0', 0);
    const id = await submitTo(fleet, '2.0.0', WITH_UNIT);
    const isPassedOn = async () => {
      const execution = await fleet.read(id);
      return execution.epoch === 1 && execution.status === 'queued' && execution;
    };

    const { attempts, attemptsUsed } = await waitFor('it to be passed on', isPassedOn);
    t.match({ attempts, attemptsUsed }, { attempts: [{ outcome: 'handed_back' }], attemptsUsed: 0 });
    await publishedAgo(fleet, '2.0.0', GRACE_MS + 1);

    t.match(await fleet.reach(id, 'failed'), { failure: { kind: 'invalid_input' }, attempts: { length: 2 } });
    await publishedAgo(fleet, '2.0.0', 0);
    const second = await submitTo(fleet, '2.0.0', WITH_UNIT);
    await waitFor('the second to be passed on', async () => (await fleet.read(second)).epoch === 1);
    await startVersion(fleet, 'two');
    t.equal(versionThatRan(await fleet.reach(second, 'completed')), '2.0.0');
  },
);

t.test('a plugin moves to another pool when the old one did not have it for the grace', async (t) => {
  const fleet = await openFleet(t);
  const { models } = fleet.space;
  const old = await startVersion(fleet, 'one');
  await fleet.reach(await submitTo(fleet, '1.0.0', CITY), 'completed');
  await old.end('SIGTERM');
  const waiting = await submitTo(fleet, '1.0.0', CITY);
  const due = new Date(Date.now() + 1_000);
  const later = await fleet.submit({ ...REPORT, payload: CITY, status: 'retrying', nextAttemptAt: due });
  const held = await submitTo(fleet, '1.0.0', CITY);

  const moved = await startVersion(fleet, 'east', { WORKER_POOLS: 'east' });
  await waitFor('the refusal to be logged', () =>
    moved.lines.some((line) => line.includes('another pool had it within PLUGIN_GRACE_SECONDS')),
  );
  // Serves the old pool without the plugin, so it parks what it takes there.
  await fleet.startWorker(FAST);
  await waitFor('the work to be parked', async () => (await fleet.read(held)).heldAt);
  t.match(await models.PluginModel.find({ id: 'forecast' }).lean(), [{ pool: 'default' }]);
  // As if the grace had passed.
  await publishedAgo(fleet, '1.0.0', GRACE_MS + 1);
  await models.RoleLeaseModel.updateOne({ _id: 'plugin-pool:forecast' }, { until: new Date(0) });

  for (const id of [waiting, later, held]) {
    const ended = await fleet.reach(id, 'completed');
    t.match(ended, { pool: 'east', attempts: { length: 1 } });
    t.equal(versionThatRan(ended), '2.0.0');
  }
  const back = await startVersion(fleet, 'one');
  await waitFor('the old pool to be refused', () =>
    back.lines.some((line) => line.includes('another pool had it within PLUGIN_GRACE_SECONDS')),
  );
});

t.test('a payload that its own version refuses fails at once', async (t) => {
  const fleet = await openFleet(t);
  await Promise.all([startVersion(fleet, 'one'), startVersion(fleet, 'two')]);
  await Promise.all([announced(fleet, 'forecast@1.0.0'), announced(fleet, 'forecast@2.0.0')]);

  const ids = await Promise.all(['1.0.0', '2.0.0', '0.9.0'].map((version) => submitTo(fleet, version, '{}')));

  for (const id of ids) t.match(await fleet.reach(id, 'failed'), { failure: { kind: 'invalid_input' } });
});
