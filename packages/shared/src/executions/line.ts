import { Job, type Queue } from 'bullmq';
import type { Redis } from 'ioredis';

import type { ExecutionRecord } from '../schemas/execution.ts';
import type { Priority } from '../schemas/primitives.ts';

/** Order of an owner's own work: each tag has a place for each class. */
const CLASS: Record<Priority, number> = { urgent: 0, high: 1, normal: 2, low: 3 };
const CLASSES = 4;

/** BullMQ takes priorities below 2^21. The last tag is that of jobs without a place. */
const NO_PLACE = 2 ** 21 / CLASSES - 1;
/** Above it the tags start again, long before they are used up. */
const HIGH_TAG = NO_PLACE / 2;

/** BullMQ keeps a job's priority in the upper bits of its score. */
const SCORES_PER_TAG = 0x1_0000_0000 * CLASSES;

/**
 * Gives out the next tag of an owner: the one after their last of the same class or a more urgent one, but none that is
 * before the first job in line. With nothing in line the tags start again at 1. KEYS: the tags, the jobs in line. ARGV:
 * owner, class.
 */
const TAKE_PLACE = `
local first = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')
if #first == 0 then redis.call('DEL', KEYS[1]) end
local class = tonumber(ARGV[2])
local fields = { 'current', 'highest' }
for lower = 0, class do fields[#fields + 1] = ARGV[1] .. ':' .. lower end
local state = redis.call('HMGET', KEYS[1], unpack(fields))
local current = math.max(tonumber(state[1]) or 1, 1)
local highest = tonumber(state[2]) or 0
local head = math.floor((tonumber(first[2]) or 0) / ${SCORES_PER_TAG})
if head > current and head <= highest then current = head end
local tag = current
for index = 3, #fields do tag = math.max(tag, (tonumber(state[index]) or 0) + 1) end
tag = math.min(tag, ${NO_PLACE - 1})
redis.call('HSET', KEYS[1], 'current', current, 'highest', math.max(highest, tag), fields[#fields], tag)
return tag * ${CLASSES} + class`;

interface LineCommands {
  takePlace(tags: string, jobs: string, ownerId: string, classRank: number): Promise<number>;
}

/** A stored record may lack it. */
const classOf = (priority: Priority | undefined): number => CLASS[priority ?? 'normal'] ?? CLASS.normal;

type Owned = Pick<ExecutionRecord, 'ownerId' | 'priority'>;

const tagsKey = (queue: Queue): string => queue.toKey('tags');
const lineKey = (queue: Queue): string => queue.toKey('prioritized');

/** The connection that the queue was built with. */
function commandsOf(queue: Queue): Redis & LineCommands {
  const redis = queue.opts.connection as Redis & Partial<LineCommands>;
  if (!redis.takePlace) redis.defineCommand('takePlace', { numberOfKeys: 2, lua: TAKE_PLACE });
  return redis as Redis & LineCommands;
}

/**
 * Takes the next place in line for a job of this owner, as a BullMQ priority. Start-time fair queueing: an owner waits
 * for about as many jobs of each other owner as of their own, however long the line is. Rejects while Redis is away.
 */
export function takePlace(queue: Queue, { ownerId, priority }: Owned): Promise<number> {
  return commandsOf(queue).takePlace(tagsKey(queue), lineKey(queue), ownerId, classOf(priority));
}

/** Priority of a job that takes its place when it is due: behind all others, so it runs at once if none wait. */
export const withoutPlace = (priority: Priority): number => NO_PLACE * CLASSES + classOf(priority);

/** The same for a job, by the priority that it has. */
export const leavePlace = (priority: number): number => NO_PLACE * CLASSES + (priority % CLASSES);

/**
 * Ids of the first jobs in line whose tag was not given out since the tags last started again, in order. Those with
 * places are taken first, so these would wait for as long as others come.
 */
export async function findWithoutPlace(queue: Queue, limit: number): Promise<string[]> {
  const redis = commandsOf(queue);
  const [current, highest] = await redis.hmget(tagsKey(queue), 'current', 'highest');
  const startsAgain = Number(current ?? 0) > HIGH_TAG;
  if (startsAgain) await redis.del(tagsKey(queue));
  const after = startsAgain ? 0 : Number(highest ?? 0);
  const from = (after + 1) * SCORES_PER_TAG;
  return redis.zrangebyscore(lineKey(queue), from, '+inf', 'LIMIT', 0, limit);
}

/** Gives a waiting job a place in line. */
export async function placeJob(queue: Queue, id: string, owned: Owned): Promise<void> {
  const job = await Job.fromId(queue, id);
  if (!job) return;
  await job.changePriority({ priority: await takePlace(queue, owned) });
}
