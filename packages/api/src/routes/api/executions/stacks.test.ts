import { buildFailure } from '@mcp-server/testing';
import t from 'tap';

import { listen, openClient } from '../../../testing/mcp-client.ts';
import { startTestApp } from '../../../testing/test-app.ts';

const STACK = 'TypeError: no such field\n    at run (/plugins/shop/order.ts:12:7)';

t.test(
  "the stack of a plugin's error is shown to developers and admins only, and never over MCP",
  async (t) => {
    const test = await startTestApp(t);
    const adam = await test.signUp('adam', 'admin');
    const people = {
      user: await test.signUp('mary'),
      developer: await test.signUp('dora'),
      admin: adam,
    };
    await test.models.UserModel.updateOne({ username: 'dora' }, { $set: { role: 'developer' } });
    const url = await listen(test);
    const attempt = { epoch: 1, worker: 'w', startedAt: new Date(), endedAt: new Date(), stack: STACK };
    for (const [role, { id: ownerId, headers }] of Object.entries(people)) {
      const failed = buildFailure('no such field', {
        ownerId,
        attempts: [{ ...attempt, outcome: 'failed', error: { kind: 'error', message: 'no such field' } }],
        attemptsUsed: 1,
      });
      await test.models.ExecutionModel.create(failed);
      const read = async (path: string) => (await test.inject({ url: path, headers })).body;
      const client = openClient(url, { headers });

      const single = await read(`/api/executions/${failed._id}`);
      const cancelled = await test.inject({
        method: 'POST',
        url: `/api/executions/${failed._id}/cancel`,
        headers,
      });
      const others = [
        await read(`/api/executions/${failed._id}/explain`),
        await read('/api/executions'),
        await read('/api/failures'),
        JSON.stringify(await client('resources/read', { uri: `execution://${failed._id}` })),
        JSON.stringify(await client('tools/call', { name: 'executions_get', arguments: { id: failed._id } })),
      ];

      t.match(others[0], 'no such field');
      t.match(others[3], 'no such field');
      for (const body of others) t.notMatch(body, 'order.ts', role);
      for (const body of [single, cancelled.body]) {
        t.match(body, 'no such field');
        t.equal(body.includes('order.ts'), role !== 'user', role);
      }
      const bystander = await test.inject({ url: `/api/executions/${failed._id}`, headers: adam.headers });
      t.match(bystander.json(), { attempts: [{ stack: STACK }] });
    }
  },
);
