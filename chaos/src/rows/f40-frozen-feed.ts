import { eventStreamKey, isEnded } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import type { Violation } from '../checker/run-record.ts';
import { submitWork } from '../load/api-client.ts';
import { buildWork, type WorkKind } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';
import type { Slot } from '../rig/slot.ts';
import { type Feed, followOne, openFeed } from './event-feeds.ts';
import { inconclusive } from './inconclusive.ts';
import { defineRow } from './row.ts';

/** Each execution has at least three events, and a stream keeps about 1,000. */
const BURST = 500;
const AT_ONCE = 25;
/** Runs while the API is frozen, and ends before the thaw. */
const SLOW_MS = 5_000;
/** A feed that was woken catches up within this time, also on a busy machine. */
const CATCH_UP_MS = 30_000;
const BURST_MS = 120_000;

/** Accepts one execution of the first user at an API. */
async function submit(rig: Rig, api: Slot, kind: WorkKind): Promise<string> {
  const work = buildWork(kind, rig.random('feeds'), { sinkUrl: rig.sinkUrl, slowMs: SLOW_MS });
  const answer = await submitWork(api.url, {
    token: rig.users[0]?.token ?? '',
    key: rig.load.nextKey(),
    work,
  });
  if (answer.kind !== 'answered' || !('executionId' in answer.body))
    throw new Error(`not accepted: ${JSON.stringify(answer)}`);
  return String(answer.body['executionId']);
}

const sawEnd = (feed: Feed, id: string): boolean =>
  feed.events.some(({ executionId, status }) => executionId === id && isEnded(status));

/** Sends work through the other API until the stream of its owner has been cut past all that the frozen one has read. */
async function burst(rig: Rig, api: Slot): Promise<void> {
  for (let sent = 0; sent < BURST; sent += AT_ONCE)
    await Promise.all(Array.from({ length: AT_ONCE }, () => submit(rig, api, 'quick')));
  await waitFor(
    'the end of the burst',
    async () => !(await rig.models.ExecutionModel.exists({ isUnsettled: true })),
    BURST_MS,
  );
}

/** Number of events ever written, and the id of the oldest one that is left. */
async function readStream(rig: Rig, executionId: string): Promise<{ added: number; oldestId: string }> {
  const owner = await rig.models.ExecutionModel.findById(executionId).lean<{ ownerId: string }>();
  const key = eventStreamKey(rig.prefix, owner?.ownerId ?? '');
  const facts = (await rig.redis.xinfo('STREAM', key)) as unknown[];
  const field = (name: string) => facts[facts.indexOf(name) + 1];
  return { added: Number(field('entries-added')), oldestId: (field('first-entry') as [string])[0] };
}

/** Every feed has all events, or got a reset. */
function judge(rig: Rig, feeds: readonly Feed[], added: number): Violation[] {
  return feeds.flatMap(({ name, events, resets }) => {
    rig.measured[`events of ${name}`] = events.length;
    rig.measured[`resets of ${name}`] = resets;
    if (resets > 0 || events.length >= added) return [];
    return [{ rule: 'events-vanished', detail: `${name}: ${events.length} of ${added}, and no reset` }];
  });
}

async function runWithFrozenFeed(rig: Rig): Promise<void> {
  const [frozen, other] = rig.apis;
  const { token = '' } = rig.users[0] ?? {};
  if (!frozen || !other) throw new Error('this row needs two APIs');
  const feeds = [await openFeed(frozen, token), await openFeed(other, token)];
  const slow = await submit(rig, other, 'slow');
  const stream = await followOne(frozen, token, slow);
  const first = await submit(rig, other, 'quick');
  await waitFor('the first events', () => feeds.every((feed) => sawEnd(feed, first)), CATCH_UP_MS);
  frozen.freeze();
  const lastSeen = feeds[0]?.events.at(-1)?.id ?? '';
  await burst(rig, other);
  const { oldestId } = await readStream(rig, first);
  frozen.thaw();
  if (Number(oldestId.split('-')[0]) <= Number(lastSeen.split('-')[0]))
    rig.found.push(inconclusive('the stream was not cut past the frozen feed'));
  const last = await submit(rig, other, 'quick');
  await waitFor('the last event', () => feeds.every((feed) => sawEnd(feed, last)), CATCH_UP_MS).catch(() =>
    rig.found.push({ rule: 'feed-silent', detail: 'a feed did not continue' }),
  );
  await waitFor('the end of the stream', () => stream.hasEnded, CATCH_UP_MS).catch(() =>
    rig.found.push({ rule: 'feed-silent', detail: 'an event stream did not tell the end of its execution' }),
  );
  rig.found.push(...judge(rig, feeds, (await readStream(rig, first)).added));
  for (const { close } of [...feeds, stream]) close();
}

export default defineRow({
  id: 'F40',
  title: 'an API frozen while more events are written than their stream keeps',
  isQuick: false,
  run: runWithFrozenFeed,
});
