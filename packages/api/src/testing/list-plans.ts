import type { TestApp } from './test-app.ts';

export const TASK_ID = 'abcdefabcdefabcdefabcdef';
export const REDRIVE_ID = '11111111-1111-4111-8111-111111111111';
const SPAN = '2020-01-01T00:00:00Z';

/** A list, and by the query string of each filter the fields of the index that must serve it. */
export interface List {
  path: string;
  model: keyof TestApp['models'];
  /** `admin` reads the records of all users, `user` their own. */
  caller: 'admin' | 'user';
  isSorted?: boolean;
  plans: Record<string, string>;
}

const executionPlans = (all: string, byStatus: string) => ({
  '': all,
  'status=failed': byStatus,
  'plugin=sample': all,
  'action=echo': all,
  'source=task': all,
  [`taskId=${TASK_ID}`]: 'taskId createdAt _id',
  [`redriveId=${REDRIVE_ID}`]: 'redriveId createdAt _id',
  [`createdFrom=${SPAN}`]: all,
  'createdTo=2100-01-01T00:00:00Z': all,
  'status=failed&plugin=sample&source=task': byStatus,
});
const taskPlans = (all: string, byStatus: string, byTag: string) => ({
  '': all,
  'status=pending': byStatus,
  'plugin=sample': all,
  'action=echo': all,
  'priority=normal': all,
  'tags=a': byTag,
  'tags=a,b': byTag,
  'tags=a&status=pending': byTag,
  [`createdFrom=${SPAN}`]: all,
  'createdTo=2100-01-01T00:00:00Z': all,
});
const failurePlans = (all: string) => ({
  '': all,
  'plugin=sample': all,
  'action=echo': all,
  'kind=error': all,
  [`from=${SPAN}`]: all,
  'to=2100-01-01T00:00:00Z': all,
});
const OWN = 'ownerId createdAt _id';
const OWN_BY_STATUS = 'ownerId status createdAt _id';
const ALL = 'createdAt _id';

export const LISTS: readonly List[] = [
  {
    path: '/api/executions',
    model: 'ExecutionModel',
    caller: 'user',
    isSorted: true,
    plans: executionPlans(OWN, OWN_BY_STATUS),
  },
  {
    path: '/api/executions',
    model: 'ExecutionModel',
    caller: 'admin',
    isSorted: true,
    plans: executionPlans(ALL, ALL),
  },
  {
    path: `/api/tasks/${TASK_ID}/executions`,
    model: 'ExecutionModel',
    caller: 'user',
    isSorted: true,
    plans: { '': 'taskId createdAt _id', 'status=failed': 'taskId createdAt _id' },
  },
  {
    path: '/api/executions/failures',
    model: 'ExecutionModel',
    caller: 'user',
    plans: failurePlans('ownerId endedAt _id'),
  },
  {
    path: '/api/executions/failures',
    model: 'ExecutionModel',
    caller: 'admin',
    plans: failurePlans('endedAt _id'),
  },
  {
    path: '/api/tasks',
    model: 'TaskModel',
    caller: 'user',
    isSorted: true,
    plans: taskPlans(OWN, OWN_BY_STATUS, 'ownerId tags createdAt _id'),
  },
  {
    path: '/api/tasks',
    model: 'TaskModel',
    caller: 'admin',
    isSorted: true,
    plans: taskPlans(ALL, ALL, ALL),
  },
  {
    path: '/api/audit',
    model: 'AuditModel',
    caller: 'admin',
    plans: {
      '': ALL,
      [`actor=${TASK_ID}`]: 'actor createdAt _id',
      'target=default': 'target createdAt _id',
      [`actor=${TASK_ID}&target=default`]: 'target createdAt _id',
      'action=pool.pause': ALL,
      'outcome=done': ALL,
      [`from=${SPAN}`]: ALL,
      'to=2100-01-01T00:00:00Z': ALL,
    },
  },
  {
    path: '/api/users',
    model: 'UserModel',
    caller: 'admin',
    plans: { '': ALL, 'role=user': ALL, 'isActive=true': ALL, 'q=someone': 'email username' },
  },
  {
    path: '/api/auth/sessions',
    model: 'SessionModel',
    caller: 'user',
    plans: { '': 'userId createdAt _id' },
  },
  { path: '/api/auth/api-keys', model: 'ApiKeyModel', caller: 'user', plans: { '': 'userId createdAt _id' } },
];
