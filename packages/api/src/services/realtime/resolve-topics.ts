import type { Models } from '@mcp-server/shared';

import { findOwnExecution } from '../executions/find-execution.ts';
import type { Principal } from '../principal.ts';
import { findOwnTask } from '../tasks/find-task.ts';
import type { OwnedTopic } from './event-channel.ts';
import { idOfTopic, type Topic } from './topics.ts';

/**
 * Finds the user whose stream carries each topic. Lists are always the caller's own, even for admins; a single execution
 * or task can be any that the caller may read. @throws {errors.NotFound}
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
