import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import { insertTasks } from '../rig/insert-tasks.ts';
import type { Product } from '../rig/product.ts';
import type { Case, Figures } from './case.ts';

const TASKS = 20_000;
const REQUESTS = 100;
const PAGE = 20;
/** Half of the tasks belong to another user. */
const OTHER_OWNER = '89abcdef0123456701234567';

/** Reads lists and single tasks through the API, one request at a time. */
export const buildTasks = (product: Product): Case => ({
  name: 'tasks',
  title: `requests at ${TASKS} tasks, one connection: a page of ${PAGE}, one by its id`,
  async open(stage, { scale }) {
    const { TaskModel } = stage.space.models;
    await insertTasks(TaskModel, { count: TASKS, owners: [product.ownerId, OTHER_OWNER] });
    const own = await TaskModel.find({ ownerId: product.ownerId }, { _id: 1 }).limit(REQUESTS);
    const ids = own.map(({ _id }) => String(_id));
    const count = Math.ceil(REQUESTS * scale);

    return async (): Promise<Figures> => {
      const client = product.openClient(1);
      const lists = await runClosedLoop({ count, inFlight: 1 }, async () => {
        const { items } = await client.send('GET', `/api/tasks?limit=${PAGE}`);
        if ((items as unknown[]).length !== PAGE) throw new Error('an incomplete page');
      });
      const lookups = await runClosedLoop({ count, inFlight: 1 }, async (index) => {
        await client.send('GET', `/api/tasks/${ids[index % ids.length]}`);
      });
      await client.close();
      return {
        'list p50 ms': quantile(lists, 0.5),
        'list p99 ms': quantile(lists, 0.99),
        'lookup p50 ms': quantile(lookups, 0.5),
        'lookup p99 ms': quantile(lookups, 0.99),
      };
    };
  },
});
