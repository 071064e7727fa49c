import { isAlive, type Reason, type VersionSighting } from '@mcp-server/shared';

import type { ExplainFacts } from './facts.ts';

/** Explains missing workers: none for the pool or plugin, or only ones with another version. */
export function explainWorkers(facts: ExplainFacts): Reason[] {
  const { execution, poolWorkers } = facts;
  const { pool, plugin, action, pluginVersion: version, lacksAction } = execution;
  if (poolWorkers.workers.length === 0) {
    const draining = poolWorkers.draining.length === 0 ? '' : ` (${poolWorkers.draining.length} draining)`;
    const text = `No live worker serves pool "${pool}"${draining}.`;
    return [withOutlook(facts, { code: 'no_worker_for_pool', text, pool })];
  }
  const served = versionsOf(poolWorkers.workers, plugin);
  if (served.length === 0) {
    const text = `No worker of pool "${pool}" has plugin "${plugin}".`;
    return [withOutlook(facts, { code: 'no_worker_for_plugin', text, pool, plugin, version })];
  }
  if (lacksAction) {
    const text = `The last worker that took it has plugin "${plugin}" without action "${action}".`;
    return [{ code: 'no_worker_for_plugin', text, pool, plugin, version, served }];
  }
  return served.includes(version) ? [] : [explainOtherVersion(facts, served)];
}

function versionsOf(workers: ExplainFacts['poolWorkers']['workers'], plugin: string): string[] {
  const versions = workers.flatMap(({ plugins }) => plugins.map((name) => name.split('@')));
  return [...new Set(versions.flatMap(([id, version = '']) => (id === plugin ? version : [])))].toSorted();
}

/** Adds when it starts: in another pool that has the plugin now, or as soon as a worker comes. */
function withOutlook(facts: ExplainFacts, reason: Reason): Reason {
  const { execution, versions } = facts;
  const { pool, plugin } = execution;
  const moved = versions.find((sighting) => sighting.pool !== pool && isAlive(sighting));
  if (moved) {
    const text = `${reason.text} Plugin "${plugin}" is in pool "${moved.pool}" now, and the execution moves there within seconds.`;
    return { ...reason, text };
  }
  const soon = `${reason.text} It starts as soon as one does.`;
  const until = graceEnd(
    facts,
    versions.filter((sighting) => sighting.pool === pool),
  );
  if (until === undefined) return { ...reason, text: soon };
  return {
    ...reason,
    text: `${soon} From ${until} on, workers of another pool may take the plugin over.`,
    until,
  };
}

function explainOtherVersion(facts: ExplainFacts, served: string[]): Reason {
  const { plugin, pluginVersion: version } = facts.execution;
  const until = graceEnd(
    facts,
    facts.versions.filter((sighting) => sighting.version === version),
  );
  const otherwise =
    until === undefined
      ? 'otherwise it fails as invalid_input.'
      : `otherwise it waits for a worker with ${version} until ${until}, and is then judged by them.`;
  const text =
    `Accepted by ${plugin} ${version}, but the workers only have ${served.join(', ')}. They run it if their input schema ` +
    `accepts its payload; ${otherwise}`;
  return {
    code: 'version_mismatch',
    text,
    plugin,
    version,
    served,
    ...(until === undefined ? {} : { until }),
  };
}

/** End of the grace since one of these was last seen; undefined if it has passed. */
function graceEnd({ graceMs, now }: ExplainFacts, sightings: readonly VersionSighting[]): string | undefined {
  const leftMs = graceMs - Math.min(Infinity, ...sightings.map(({ unseenMs }) => unseenMs));
  return leftMs > 0 ? new Date(now.getTime() + leftMs).toISOString() : undefined;
}
