import { cancelExecution } from '@mcp-server/shared';
import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const call = (payload: unknown) => ({
  plugin: 'transform',
  action: 'jsonata',
  payload: JSON.stringify(payload),
});

t.test('every built-in plugin is published with schemas that the API can read', async (t) => {
  const { startWorker, space } = await openFleet(t);
  await startWorker();

  const records = await waitFor('the catalogue', async () => {
    const plugins = await space.models.PluginModel.find().lean();
    const ids = new Set(plugins.map(({ id }) => id));
    return ['http', 'sample', 'transform'].every((id) => ids.has(id)) && plugins;
  });

  const names = new Set(records.flatMap(({ id, actions }) => actions.map(({ name }) => `${id}.${name}`)));
  for (const name of ['http.request', 'transform.jsonata', 'sample.echo']) t.ok(names.has(name), name);
  for (const action of records.flatMap(({ actions }) => actions)) {
    t.match(JSON.parse(action.inputSchema), { type: 'object' }, action.title);
  }
});

t.test('an expression runs, and an endless one blocks neither its neighbours nor a cancel', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  await startWorker();
  const endless = await submit(
    call({ expression: '($f := function() { $f() }; $f())', data: null, timeoutMs: 30_000 }),
  );
  await reach(endless, 'running');

  const sum = await submit(call({ expression: '$sum(items.n)', data: { items: [{ n: 1 }, { n: 2 }] } }));

  t.equal((await reach(sum, 'completed')).result, '{"result":3}');
  await cancelExecution(space.models.ExecutionModel, {
    id: endless,
    by: 'tester',
    retentionSeconds: 60,
  });
  t.match(await reach(endless, 'cancelled'), { attempts: [{ outcome: 'cancelled' }] });
});
