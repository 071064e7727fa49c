import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import {
  findPackage,
  type InstallState,
  type PackageInstall,
  packagesChannel,
  writePackage,
} from '@mcp-server/shared';
import {
  type Fleet,
  isWholeMatrix,
  openFleet,
  pluginPackage,
  type ProductProcess,
  publishZod,
  startRegistry,
  waitFor,
} from '@mcp-server/testing';
import t from 'tap';

const NAME = '@acme/greeter';

async function setUp(t: Parameters<typeof openFleet>[0]) {
  const registry = await startRegistry(t);
  const fleet = await openFleet(t);
  const { models } = fleet.space;
  const startWorker = async () => {
    const dir = await mkdtemp(join(tmpdir(), 'marketplace-'));
    t.teardown(() => rm(dir, { recursive: true, force: true }));
    const env = { MARKETPLACE_REGISTRY: registry.url, MARKETPLACE_DIR: dir, PLUGIN_LOAD_MS: '2500' };
    return { dir, worker: await fleet.startWorker(env), restart: () => fleet.startWorker(env) };
  };
  const want = (name: string, version: string) =>
    writePackage(models.MarketplacePackageModel, name, (existing) => ({
      state: 'resolving',
      version,
      isPinned: false,
      by: 'admin',
      earlier:
        existing?.lock === undefined
          ? []
          : [{ version: existing.version, lock: existing.lock, by: 'admin', at: new Date() }],
      ...(existing?.pluginId === undefined ? {} : { pluginId: existing.pluginId }),
    }));
  const rollBack = () =>
    writePackage(models.MarketplacePackageModel, NAME, (existing) => {
      const [{ version, lock } = { version: '', lock: '{}' }] = existing?.earlier ?? [];
      return {
        ...keep(existing),
        state: 'resolved',
        version,
        lock,
        isPinned: false,
        by: 'admin',
        earlier: [],
      };
    });
  const remove = () =>
    writePackage(models.MarketplacePackageModel, NAME, (existing) => ({
      ...keep(existing),
      state: 'removed',
      version: existing?.version ?? '',
      isPinned: false,
      by: 'admin',
      earlier: [],
      keepMs: 60_000,
    }));
  return { registry, fleet, startWorker, want, rollBack, remove };
}

/** One attempt, whose process has 3 s. */
const POLICY = {
  retry: { attempts: 1, backoff: 'fixed', delayMs: 50, maxDelayMs: 1_000 },
  timeoutMs: 3_000,
  onCrash: 'rerun',
  maxCrashes: 3,
} as const;

const keep = (existing: { pluginId?: string | undefined } | undefined) =>
  existing?.pluginId === undefined ? {} : { pluginId: existing.pluginId };

/** State of a package on each of these workers. */
async function installsOf({ space }: Fleet, workers: readonly ProductProcess[], name: string) {
  const records = await space.models.WorkerModel.find({ pid: { $in: workers.map(({ pid }) => pid) } }).lean();
  return records.map(({ packages, plugins }) => ({
    plugins,
    install: packages?.find((one: PackageInstall) => one.package === name),
  }));
}

const converged = (
  fleet: Fleet,
  workers: readonly ProductProcess[],
  name: string,
  expected: Partial<PackageInstall>,
) =>
  waitFor(
    `${name} to be ${JSON.stringify(expected)} on ${workers.length} workers`,
    async () => {
      const found = await installsOf(fleet, workers, name);
      const isThere = ({ install }: (typeof found)[number]) =>
        install && Object.entries(expected).every(([key, value]) => install[key as never] === value);
      return found.length === workers.length && found.every(isThere) && found;
    },
    60_000,
  );

const greet = (fleet: Fleet, action = 'greet', plugin = 'greeter') =>
  fleet.submit({ plugin, action, payload: JSON.stringify({ name: 'Ada' }), policy: POLICY });

t.test('workers follow every wish, also one that is killed in the middle', { timeout: 90_000 }, async (t) => {
  const { registry, fleet, startWorker, want, rollBack, remove } = await setUp(t);
  await publishZod(registry);
  for (const version of ['1.0.0', '1.1.0'])
    await pluginPackage(registry, { name: NAME, version, id: 'greeter' });
  const others = isWholeMatrix ? [(await startWorker()).worker] : [];
  const second = await startWorker();
  let victim = second.worker;
  const isWorking = async () => (await readdir(second.dir)).some((file) => file.startsWith('.tmp-'));
  /** Kills the worker while it installs; a roll back and a removal are over too soon to be seen. */
  const killInTheMiddle = async (
    wish: () => Promise<unknown>,
    { isInstall = false, isKilled = isWholeMatrix } = {},
  ) => {
    await wish();
    await fleet.space.redis.publish(packagesChannel(fleet.space.prefix), NAME);
    if (!isKilled) return [...others, victim];
    if (isInstall) await waitFor('the worker to install', isWorking);
    await victim.end('SIGKILL');
    victim = await second.restart();
    return [...others, victim];
  };

  let workers = await killInTheMiddle(() => want(NAME, '1.0.0'), { isInstall: true });
  await converged(fleet, workers, NAME, { state: 'ready', running: '1.0.0' });
  const one = await fleet.reach(await greet(fleet), 'completed');
  t.same(JSON.parse(one.result ?? ''), { text: 'Hello, Ada, from 1.0.0' });

  workers = await killInTheMiddle(() => want(NAME, '1.1.0'), { isInstall: true, isKilled: true });
  await converged(fleet, workers, NAME, { state: 'ready', running: '1.1.0' });
  const two = await fleet.reach(await greet(fleet), 'completed');
  t.same(JSON.parse(two.result ?? ''), { text: 'Hello, Ada, from 1.1.0' });

  workers = await killInTheMiddle(rollBack);
  await converged(fleet, workers, NAME, { state: 'ready', running: '1.0.0' });

  workers = await killInTheMiddle(remove);
  await waitFor('all workers to have forgotten it', async () => {
    const found = await installsOf(fleet, workers, NAME);
    return (
      found.length === workers.length &&
      found.every(({ install, plugins }) => !install && !plugins.some((id) => id.startsWith('greeter')))
    );
  });
});

t.test('what a package must not do is refused or fails, and does no harm', { timeout: 60_000 }, async (t) => {
  const { registry, fleet, startWorker, want } = await setUp(t);
  await publishZod(registry);
  await pluginPackage(registry, { name: 'good', version: '1.0.0', id: 'good' });
  await pluginPackage(registry, { name: 'claims-sample', version: '1.0.0', id: 'sample', isBare: true });
  await pluginPackage(registry, { name: 'claims-good', version: '1.0.0', id: 'good', isBare: true });
  await pluginPackage(registry, {
    name: 'future',
    version: '1.0.0',
    id: 'future',
    isBare: true,
    contractVersion: '9.0',
  });
  await pluginPackage(registry, {
    name: 'loops',
    version: '1.0.0',
    id: 'loops',
    isBare: true,
    top: 'for (;;);',
  });
  await pluginPackage(registry, {
    name: 'exits',
    version: '1.0.0',
    id: 'exits',
    isBare: true,
    top: 'process.exit(0);',
  });
  await pluginPackage(registry, { name: 'tampered', version: '1.0.0', id: 'tampered', isBare: true });
  registry.tamper('tampered', '1.0.0');
  const { worker } = await startWorker();
  const state = (name: string, expected: InstallState) =>
    converged(fleet, [worker], name, { state: expected }).then(([found]) => found?.install?.problem ?? '');

  await want('good', '1.0.0');
  await state('good', 'ready');
  for (const name of ['claims-sample', 'claims-good', 'future', 'loops', 'exits', 'tampered'])
    await want(name, '1.0.0');

  t.match(await state('claims-sample', 'refused'), /the id "sample" belongs to a plugin of this worker/);
  t.match(await state('claims-good', 'refused'), /the id "good" belongs to/);
  t.match(await state('future', 'refused'), /plugin contract 9.0/);
  t.match(await state('loops', 'refused'), /was not loaded within/);
  t.match(await state('exits', 'refused'), /its process ended with 0/);
  t.match(await state('tampered', 'failed'), /EINTEGRITY/);
  t.equal((await fleet.reach(await greet(fleet, 'greet', 'good'), 'completed')).status, 'completed');

  for (const action of ['read-outside', 'read-parent', 'read-environment', 'spawn', 'exit']) {
    const ended = await fleet.reach(await greet(fleet, action, 'good'), 'failed');
    t.equal(ended.attemptsUsed, 1, action);
    t.match(ended.failure, FAILURES[action] ?? {}, action);
  }
  const record = await findPackage(fleet.space.models.MarketplacePackageModel, 'claims-sample');
  t.equal(record?.pluginId, undefined);
  t.equal((await fleet.reach(await fleet.submit(), 'completed')).plugin, 'sample', 'the worker goes on');

  await greet(fleet, 'loop', 'good');
  const child = await waitFor('its process', () => childOf(worker.pid));
  await worker.end('SIGKILL');
  await waitFor('the process to end with its worker', () => !isRunning(child));
});

/** The first child of a process. */
async function childOf(pid: number): Promise<number | undefined> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return Number(children.trim().split(' ')[0]) || undefined;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

const DENIED = { code: 'ERR_ACCESS_DENIED' };
const FAILURES: Record<string, object> = {
  'read-outside': DENIED,
  'read-parent': DENIED,
  'read-environment': DENIED,
  spawn: DENIED,
  exit: { message: /ended with 3/ },
};
