import { type ExecutionEvent, ObjectIdText } from '@mcp-server/shared';
import { z } from 'zod';

/** `executions`: all of the caller's; `tasks`: those of any task; `execution:<id>`, `task:<id>`: of this one. */
export const Topic = z.union([
  z.enum(['executions', 'tasks']),
  z.templateLiteral(['execution:', z.uuid()]),
  z
    .string()
    .startsWith('task:')
    .refine((text) => ObjectIdText.safeParse(text.slice('task:'.length)).success, 'must name a task'),
]);
export type Topic = z.infer<typeof Topic>;

/** Execution or task that a topic names, if any. */
export function idOfTopic(topic: Topic): { kind: 'execution' | 'task'; id: string } | undefined {
  const [kind, id] = topic.split(':');
  return id !== undefined && (kind === 'execution' || kind === 'task') ? { kind, id } : undefined;
}

export const isOnTopic = (topics: ReadonlySet<string>, { executionId, taskId }: ExecutionEvent): boolean =>
  topics.has('executions') ||
  topics.has(`execution:${executionId}`) ||
  (taskId !== undefined && (topics.has('tasks') || topics.has(`task:${taskId}`)));
