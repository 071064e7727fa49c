import t from 'tap';

import { presentEnd } from './tool-result.ts';

const _id = '11111111-1111-4111-8111-111111111111';

t.test('a result that failed or was cancelled carries the id of its execution', async (t) => {
  const failure = { kind: 'error', message: 'no' } as const;
  const meta = { 'mcp-server/problem': { executionId: _id } };

  t.match(presentEnd({ _id, status: 'failed', failure }), { isError: true, _meta: meta });
  t.match(presentEnd({ _id, status: 'failed' }), { isError: true, _meta: meta });
  t.match(presentEnd({ _id, status: 'cancelled' }), { isError: true, _meta: meta });
});
