import {
  type AuditFilter,
  type ExecutionFilter,
  type FailureFilter,
  groupFailures,
  listApiKeys,
  listAudit,
  listExecutions,
  listLiveSessions,
  listTasks,
  listUsers,
  type Models,
  type PageRequest,
  type PageRows,
  type TaskFilter,
  type UserFilter,
} from '@mcp-server/shared';

import { KEY_OWNER, OWNERS, REDRIVE_ID, TASK_ID } from './insert-records.ts';

/** One list with one filter. */
export interface ListCase {
  list: string;
  filter: string;
  isSorted: boolean;
  read: (page: PageRequest) => Promise<PageRows<unknown>>;
}

type Read<Filter> = (filter: Filter, page: PageRequest) => ReturnType<ListCase['read']>;

const casesOf = <Filter>(
  list: string,
  isSorted: boolean,
  filters: Record<string, Filter>,
  read: Read<Filter>,
): ListCase[] =>
  Object.entries(filters).map(([name, filter]) => ({
    list,
    filter: name,
    isSorted,
    read: (page) => read(filter, page),
  }));

const executionFilters = (to: Date): Record<string, ExecutionFilter> => ({
  none: {},
  status: { status: 'failed' },
  plugin: { plugin: 'http' },
  action: { action: 'sleep' },
  source: { source: 'mcp' },
  'plugin, no match': { plugin: 'unknown' },
  taskId: { taskId: TASK_ID },
  redriveId: { redriveId: REDRIVE_ID },
  'createdFrom, createdTo': { createdFrom: new Date(0), createdTo: to },
});

const failureFilters = (to: Date): Record<string, FailureFilter> => ({
  none: {},
  plugin: { plugin: 'http' },
  action: { action: 'sleep' },
  kind: { kind: 'timeout' },
  'from, to': { endedFrom: new Date(0), endedTo: to },
});

const taskFilters = (to: Date): Record<string, TaskFilter> => ({
  none: {},
  status: { status: 'completed' },
  plugin: { plugin: 'http' },
  action: { action: 'sleep' },
  priority: { priority: 'high' },
  'priority, no match': { priority: 'urgent' },
  'one tag': { tags: ['tag-2'] },
  'two tags': { tags: ['every', 'tag-2'] },
  'createdFrom, createdTo': { createdFrom: new Date(0), createdTo: to },
});

const auditFilters = (to: Date): Record<string, AuditFilter> => ({
  none: {},
  actor: { actor: TASK_ID },
  target: { target: 'special' },
  action: { action: 'plugin.pause' },
  outcome: { outcome: 'refused' },
  'action, no match': { action: 'executions.redrive' },
  'from, to': { createdFrom: new Date(0), createdTo: to },
});

const userFilters: Record<string, UserFilter> = {
  none: {},
  role: { role: 'developer' },
  isActive: { isActive: true },
  'role, no match': { role: 'admin' },
  'q, few matches': { q: 'name-1999' },
  'q, many matches': { q: 'user-1' },
};

/** Every documented filter of every list of `count` records, and filters that match nothing. */
export function listCases(models: Models, count: number): ListCase[] {
  const to = new Date(Date.now() - (count / 2) * 1_000);
  const { ExecutionModel, TaskModel, AuditModel, UserModel, SessionModel, ApiKeyModel } = models;
  const [ownerId] = OWNERS;
  const work = (whose: string, owner: { ownerId?: string }): ListCase[] => [
    ...casesOf(`executions, ${whose}`, true, executionFilters(to), (filter, page) =>
      listExecutions(ExecutionModel, { filter: { ...filter, ...owner }, ...page }),
    ),
    ...casesOf(`failures, ${whose}`, false, failureFilters(to), async (filter, { after, limit }) => {
      const { searchedTo } = await groupFailures(ExecutionModel, {
        filter: { ...filter, ...owner },
        after,
        limit,
      });
      return { rows: [], ...(searchedTo ? { searchedTo } : {}) };
    }),
    ...casesOf(`tasks, ${whose}`, true, taskFilters(to), (filter, page) =>
      listTasks(TaskModel, { filter: { ...filter, ...owner }, ...page }),
    ),
  ];
  return [
    ...work('own', { ownerId }),
    ...work('all', {}),
    ...casesOf('audit', false, auditFilters(to), (filter, page) =>
      listAudit(AuditModel, { filter, ...page }),
    ),
    ...casesOf('users', false, userFilters, (filter, page) => listUsers(UserModel, { filter, ...page })),
    ...casesOf('sessions', false, { none: ownerId }, (userId, page) =>
      listLiveSessions(SessionModel, { userId, ...page }),
    ),
    ...casesOf('API keys', false, { none: KEY_OWNER }, (userId, page) =>
      listApiKeys(ApiKeyModel, { userId, ...page }),
    ),
  ];
}
