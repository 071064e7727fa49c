import type { Models } from '@mcp-server/shared';

const BATCH = 2_000;
const STATUSES = ['pending', 'queued', 'completed', 'failed'] as const;

/** Stores tasks of several owners in turn, so that a list must skip those of others without reading them. */
export async function insertTasks(
  model: Models['TaskModel'],
  { count, owners }: { count: number; owners: readonly string[] },
): Promise<void> {
  const start = Date.now() - count * 1_000;
  for (let first = 0; first < count; first += BATCH) {
    const tasks = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => {
      const index = first + offset;
      return {
        ownerId: owners[index % owners.length],
        title: `Task ${index}`,
        priority: 'normal',
        tags: [`tag-${index % 10}`],
        plugin: 'sample',
        action: 'echo',
        payload: '{"message":"hello"}',
        status: STATUSES[(index >> 1) % STATUSES.length],
        createdAt: new Date(start + index * 1_000),
        updatedAt: new Date(start + index * 1_000),
      };
    });
    await model.collection.insertMany(tasks);
  }
}
