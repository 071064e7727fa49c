import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { type ExecutionRecord, UNFINISHED_STATUSES } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Violation } from '../checker/run-record.ts';
import { callApi } from '../load/api-client.ts';
import { USUAL_MIX, type Work } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

const PLUGIN = 'versioned';
/** Requests of each payload, and of all other work, a second. */
const RATE = 8;
const BACKGROUND_RATE = 15;
/** Length of the background load at least; it goes on while a slow machine takes longer. */
const SECONDS = 30;
const PHASE_SECONDS = 4;
const DRAINED_WITHIN_MS = 30_000;

type Version = 'one' | 'two';
const VERSIONS: Record<Version, string> = { one: '1.0.0', two: '2.0.0' };
const folderOf = (version: Version): string =>
  fileURLToPath(new URL(`../../versions/${version}/`, import.meta.url));

/** Restarts a worker with another version of the plugin, and waits until both APIs know that it lives. */
async function roll(rig: Rig, worker: Slot, version: Version): Promise<void> {
  const code = await worker.stop();
  if (code !== '0') rig.found.push({ rule: 'unclean-stop', detail: `${worker.name} ended with ${code}` });
  worker.configure({ PLUGINS_DIR: folderOf(version) });
  await worker.start();
  await worker.ready();
  await Promise.all(rig.apis.map(({ url }) => versionLives(rig, url, VERSIONS[version])));
}

interface PluginAnswer {
  versions?: { version: string; isAlive: boolean }[];
}

async function versionLives(rig: Rig, url: string, version: string): Promise<void> {
  const headers = { authorization: `Bearer ${rig.users[0]?.token}` };
  await waitFor(`${url} to know ${version}`, async () => {
    const answer = await callApi(url, { method: 'GET', path: `/api/plugins/${PLUGIN}`, headers });
    const body: PluginAnswer = answer.kind === 'answered' ? answer.body : {};
    const { versions = [] } = body;
    return versions.some((known) => known.version === version && known.isAlive);
  });
}

/** Submits work for a few seconds; `unit` is the field that only version 2 knows. */
async function submitBoth(rig: Rig, { hasUnit }: { hasUnit: boolean }): Promise<void> {
  for (let count = 0; count < RATE * PHASE_SECONDS; count += 1) {
    const token = rig.load.nextKey();
    const works: Work[] = [{ plugin: PLUGIN, action: 'run', payload: { token } }];
    if (hasUnit) works.push({ plugin: PLUGIN, action: 'run', payload: { token, unit: 'm' } });
    rig.load.later(works);
    await delay(1_000 / RATE);
  }
}

/** Waits until no work waits that version 2 must run: after its last worker it would be judged by version 1. */
async function versionTwoIsDone({ models, load }: Rig): Promise<void> {
  await load.settled();
  const filter = { plugin: PLUGIN, status: { $in: UNFINISHED_STATUSES }, pluginVersion: VERSIONS.two };
  await waitFor(
    'the work of version 2 to end',
    async () => (await models.ExecutionModel.countDocuments(filter)) === 0,
    DRAINED_WITHIN_MS,
  );
}

/** Worker 3 never has the plugin; workers 1 and 2 roll from version 1 to 2 and back. */
async function rollForthAndBack(rig: Rig): Promise<void> {
  const [first, second] = rig.workers;
  if (!first || !second) throw new Error('the rig has no workers');
  for (const worker of [first, second]) await roll(rig, worker, 'one');
  await submitBoth(rig, { hasUnit: false });
  await roll(rig, first, 'two');
  await submitBoth(rig, { hasUnit: true });
  // The only worker that knows the new payloads: they wait until it is back.
  await rig.strike(first);
  await submitBoth(rig, { hasUnit: true });
  await first.start();
  await roll(rig, second, 'two');
  await submitBoth(rig, { hasUnit: true });
  await roll(rig, first, 'one');
  await submitBoth(rig, { hasUnit: true });
  await versionTwoIsDone(rig);
  await roll(rig, second, 'one');
  await submitBoth(rig, { hasUnit: false });
}

function checkVersions(documents: readonly ExecutionRecord[]): Violation[] {
  return documents.flatMap(({ _id: id, status, failure, payload, result }): Violation[] => {
    if (status !== 'completed')
      return [{ rule: 'versioned-not-completed', id, detail: JSON.stringify({ status, failure }) }];
    const ran = (JSON.parse(result ?? '{}') as { version?: string }).version;
    const needsTwo = 'unit' in (JSON.parse(payload) as object);
    if (!needsTwo || ran === VERSIONS.two) return [];
    return [{ rule: 'wrong-version', id, detail: `a payload of version 2 was run by ${ran}` }];
  });
}

export default defineRow({
  id: 'F34',
  title: 'workers with version 1, version 2 and without a plugin, rolled from 1 to 2 and back under load',
  isQuick: false,
  quiescenceSeconds: 60,
  async run(rig) {
    const background = rig.load.arrive({
      rate: BACKGROUND_RATE,
      seconds: rig.seconds(SECONDS),
      mix: USUAL_MIX,
    });
    await rollForthAndBack(rig);
    await background;
  },
  check({ documents }, { measured }) {
    const versioned = documents.filter(({ plugin }) => plugin === PLUGIN);
    const refused = versioned.filter(({ attempts }) =>
      attempts.some(({ outcome, error }) => outcome === 'handed_back' && error?.kind === 'invalid_input'),
    );
    measured['versioned executions'] = versioned.length;
    measured['passed on after a refusal'] = refused.length;
    const seen = new Set(versioned.map(({ pluginVersion }) => pluginVersion));
    return [
      ...checkVersions(versioned),
      ...(refused.length === 0 ? [inconclusive('no worker refused a payload of another version')] : []),
      ...(seen.size < 2 ? [inconclusive(`accepted by ${[...seen].join()} only`)] : []),
    ];
  },
});
