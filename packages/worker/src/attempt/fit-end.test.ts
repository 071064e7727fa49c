import type { RunEnd } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { fitEnd } from './fit-end.ts';

const MEBIBYTE = 1_048_576;
const completed = (mebibytes: number): RunEnd => ({
  kind: 'completed',
  result: JSON.stringify('x'.repeat(mebibytes * MEBIBYTE)),
});

t.test('a result that would make the record too large becomes a failure that names the limit', async (t) => {
  const large = buildExecution({ payload: JSON.stringify('x'.repeat(6 * MEBIBYTE)) });

  t.match(fitEnd(large, completed(7)), {
    kind: 'failed',
    failure: {
      kind: 'invalid_output',
      message: /larger than 15728640 bytes with this result of 7340034 bytes/,
    },
  });
  t.match(fitEnd(large, completed(3)), { kind: 'completed' });
  t.match(fitEnd(buildExecution(), completed(8)), { kind: 'completed' });
  t.match(fitEnd(large, { kind: 'cancelled' }), { kind: 'cancelled' });
});
