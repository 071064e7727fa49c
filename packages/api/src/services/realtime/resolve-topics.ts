import type { Models } from '@mcp-server/shared';

import { findOwnExecution } from '../executions/find-execution.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from '../tasks/find-task.ts';
import type { OwnedTopic } from './event-channel.ts';
import { idOfTopic, type Topic } from './topics.ts';

/**
 * Finds whose stream carries each topic. Lists are the caller's own, also an admin's; a single execution or task is
 * whatever the caller may read. @throws {errors.NotFound}
 */
export async function resolveTopics(
  deps: { models: Models },
  principal: Principal,
  topics: Topic[],
): Promise<OwnedTopic[]> {
  return Promise.all(
    topics.map(async (topic) => {
      const subject = idOfTopic(topic);
      if (!subject) return { topic, ownerId: principal.userId };
      const find = subject.kind === 'execution' ? findOwnExecution : findOwnTask;
      const { ownerId } = await find(deps, principal, subject.id);
      return { topic, ownerId };
    }),
  );
}
