import { type ExecutionEvent, ObjectIdText } from '@mcp-server/shared';
import { z } from 'zod';

/** `executions`: all of the caller's; `tasks`: those of a task; `execution:<id>`, `task:<id>`: of this one. */
export const Topic = z.union([
  z.enum(['executions', 'tasks']),
  z.templateLiteral(['execution:', z.uuid()]),
  z
    .string()
    .startsWith('task:')
    .refine((text) => ObjectIdText.safeParse(text.slice('task:'.length)).success, 'must name a task'),
]);
export type Topic = z.infer<typeof Topic>;

/** The one thing that a topic is about, if it is about one. */
export function idOfTopic(topic: Topic): { kind: 'execution' | 'task'; id: string } | undefined {
  const [kind, id] = topic.split(':');
  return id !== undefined && (kind === 'execution' || kind === 'task') ? { kind, id } : undefined;
}

export const isOnTopic = (topics: ReadonlySet<string>, { executionId, taskId }: ExecutionEvent): boolean =>
  topics.has('executions') ||
  topics.has(`execution:${executionId}`) ||
  (taskId !== undefined && (topics.has('tasks') || topics.has(`task:${taskId}`)));
