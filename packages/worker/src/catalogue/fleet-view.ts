import {
  FreshCache,
  isAlive,
  listVersionSightings,
  listWorkerSightings,
  type Models,
  type VersionSighting,
} from '@mcp-server/shared';

const MAX_AGE_MS = 1_000;
/** A worker that has just announced itself must not be overlooked, so a missing one is looked for again after this. */
const MAX_AGE_OF_MISSING_MS = 100;

/** A plugin that a living worker runs. */
interface Service {
  worker: string;
  pool: string;
  plugin: string;
  version: string;
  actions: ReadonlySet<string>;
}

/** Actions of one plugin that workers of a pool run. */
export interface ServedActions {
  pool: string;
  plugin: string;
  actions: string[];
}

interface Wanted {
  pool: string;
  plugin: string;
  action: string;
  version?: string;
}

interface Snapshot {
  /** Start of the read, on the clock of `performance.now()`. */
  readAt: number;
  services: Service[];
  versions: VersionSighting[];
}

/** Which living workers run what, by their announcements; read on demand, at most once a second. */
export interface FleetView {
  /** True if another worker that takes work of this pool has the action; with `version`, only that version counts. */
  isServedElsewhere(wanted: Wanted): Promise<boolean>;
  /** Everything that workers which take work can run. */
  listServed(): Promise<ServedActions[]>;
  /**
   * Milliseconds since a worker published this version; undefined if it is unknown. Reads now: a version may be younger
   * than what was read a moment ago.
   */
  unseenMsOf(plugin: string, version: string): Promise<number | undefined>;
  /** The pool in which living workers have the plugin; undefined if none has it, or workers of several pools. */
  poolOf(plugin: string): Promise<string | undefined>;
}

export function buildFleetView({ WorkerModel, PluginModel }: Models, workerName: string): FleetView {
  const recent = new FreshCache<Snapshot>({ maxAgeMs: MAX_AGE_MS, isSingleFlight: true });
  const read = async (): Promise<Snapshot> => {
    const readAt = performance.now();
    const [workers, versions] = await Promise.all([
      listWorkerSightings(WorkerModel),
      listVersionSightings(PluginModel),
    ]);
    return { readAt, services: toServices(workers, versions), versions };
  };
  const current = () => recent.read('all', read);

  let refreshing: Promise<Snapshot> | undefined;
  const refresh = (): Promise<Snapshot> => {
    if (!refreshing) {
      recent.forget(() => true);
      refreshing = current().finally(() => (refreshing = undefined));
    }
    return refreshing;
  };
  /** A snapshot whose read began at `since` or later. */
  const readSince = async (since: number): Promise<Snapshot> => {
    let snapshot = await current();
    while (snapshot.readAt < since) snapshot = await refresh();
    return snapshot;
  };

  const hasOther = ({ services }: Snapshot, { pool, plugin, action, version }: Wanted): boolean =>
    services.some(
      (service) =>
        service.plugin === plugin &&
        (version === undefined || service.version === version) &&
        service.actions.has(action) &&
        service.pool === pool &&
        service.worker !== workerName,
    );

  return {
    async isServedElsewhere(wanted) {
      if (hasOther(await current(), wanted)) return true;
      return hasOther(await readSince(performance.now() - MAX_AGE_OF_MISSING_MS), wanted);
    },
    listServed: async () => toServedActions((await current()).services),
    async unseenMsOf(plugin, version) {
      const { versions } = await readSince(performance.now());
      return versions.find((one) => one.id === plugin && one.version === version)?.unseenMs;
    },
    async poolOf(plugin) {
      const living = (await current()).versions.filter(
        (version) => version.id === plugin && isAlive(version),
      );
      const pools = new Set(living.map(({ pool }) => pool));
      return pools.size === 1 ? [...pools][0] : undefined;
    },
  };
}

function toServices(
  workers: Awaited<ReturnType<typeof listWorkerSightings>>,
  versions: readonly VersionSighting[],
): Service[] {
  const byName = new Map(versions.map((version) => [`${version.id}@${version.version}`, version]));
  const taking = workers.filter((sighting) => isAlive(sighting) && sighting.worker.state === 'running');
  return taking.flatMap(({ worker }) =>
    worker.plugins.flatMap((name): Service[] => {
      const version = byName.get(name);
      if (!version || !worker.pools.includes(version.pool)) return [];
      return [
        {
          worker: worker._id,
          pool: version.pool,
          plugin: version.id,
          version: version.version,
          actions: new Set(version.actions),
        },
      ];
    }),
  );
}

function toServedActions(services: readonly Service[]): ServedActions[] {
  const byPlace = new Map<string, ServedActions>();
  for (const { pool, plugin, actions } of services) {
    const key = `${pool} ${plugin}`;
    const place = byPlace.get(key);
    byPlace.set(key, { pool, plugin, actions: [...new Set([...(place?.actions ?? []), ...actions])] });
  }
  return [...byPlace.values()];
}
