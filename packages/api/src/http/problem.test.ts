import t from 'tap';

import { toCatalogueError, toProblem } from './problem.ts';

const BODY_LIMIT = 1_000;

t.test('an error with a numeric code reveals nothing to the caller', async (t) => {
  const error = Object.assign(new Error('canary'), { code: 50 });

  const problem = toProblem(toCatalogueError(error, BODY_LIMIT), 'id');

  t.match(problem, { status: 500, code: 'internal_error' });
  t.notMatch(JSON.stringify(problem), 'canary');
});

t.test('a write that lost against others asks for a repeat', async (t) => {
  const error = Object.assign(new Error('deadlock detected'), { code: 112 });

  t.match(toProblem(toCatalogueError(error, BODY_LIMIT), 'id'), {
    status: 503,
    code: 'database_unavailable',
  });
});

t.test('whatever is thrown becomes a problem', async (t) => {
  for (const thrown of ['text', undefined, null, { code: 'FST_ERR_X' }]) {
    t.match(toProblem(toCatalogueError(thrown, BODY_LIMIT), 'id'), { status: 500 });
  }
});
