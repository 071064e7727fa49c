import {
  listOverdue,
  listRecentTimes,
  listRedrivable,
  listRedriven,
  listReruns,
  type Models,
} from '@mcp-server/shared';
import { buildExecution, openNamespace } from '@mcp-server/testing';
import t from 'tap';

import { collectQueries, explain, readIndexFields } from './testing/explain-queries.ts';

const ID = '11111111-1111-4111-8111-111111111111';
const OWNER = 'abcdefabcdefabcdefabcdef';

const redrive = (models: Models, filter: Parameters<typeof listRedrivable>[1]['filter']) =>
  listRedrivable(models.ExecutionModel, {
    filter: { ...filter, status: ['failed'] },
    again: false,
    exceptOwners: [OWNER],
    after: { createdAt: new Date(1_000), id: ID },
    limit: 48,
  });

/** Sorted reads beside the lists, and the index that each must use. */
const READS: Record<string, [index: string, read: (models: Models) => Promise<unknown>]> = {
  'reruns of an execution': [
    'rerunOf',
    (models) => listReruns(models.ExecutionModel, { id: ID, limit: 100 }),
  ],
  'executions of a redrive': ['redriveId createdAt _id', (models) => listRedriven(models.ExecutionModel, ID)],
  'recent times of an action': [
    'plugin action endedAt',
    (models) => listRecentTimes(models.ExecutionModel, { plugin: 'sample', action: 'echo', limit: 100 }),
  ],
  'overdue schedules': ['nextRunAt', (models) => listOverdue(models.TaskModel, new Date(), 100)],
  'failures of one cause to rerun': [
    'fingerprint endedAt',
    (models) => redrive(models, { fingerprint: '0123456789abcdef' }),
  ],
  'failures of a task to rerun': ['taskId createdAt _id', (models) => redrive(models, { taskId: OWNER })],
  'own failures to rerun': ['ownerId status createdAt _id', (models) => redrive(models, { ownerId: OWNER })],
};

t.test(
  'sorted reads of a few records use the index that finds them, not the one in their order',
  async (t) => {
    const { models } = await openNamespace(t);
    await models.ExecutionModel.insertMany(
      Array.from({ length: 50 }, (_, at) => buildExecution({ createdAt: new Date(at) })),
    );

    for (const [name, [index, read]] of Object.entries(READS)) {
      const queries = await collectQueries({ models }, () => read(models));
      t.ok(queries.length > 0, name);
      for (const query of queries) {
        const fields = await readIndexFields({ models }, query.collection);
        const { indexes } = await explain({ models }, query);
        t.same(
          indexes.map((one) => fields.get(one)),
          [index],
          `${name}: ${JSON.stringify(query.filter)}`,
        );
      }
    }
  },
);
