import { DatabaseError } from 'pg';
import t from 'tap';

import { isSessionLost } from './engine-error.ts';

function sqlError(code: string, message: string): DatabaseError {
  return Object.assign(new DatabaseError(message, message.length, 'error'), { severity: 'ERROR', code });
}

t.test('an error that says that PostgreSQL died leaves the outcome of its statement unknown', async (t) => {
  const died =
    'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally';

  t.equal(isSessionLost(sqlError('XX000', died)), true, 'the session inside the engine');
  t.equal(isSessionLost(sqlError('08006', 'connection lost')), true);
  t.equal(isSessionLost(sqlError('57P01', 'terminating connection due to administrator command')), true);
  t.equal(isSessionLost(new Error('Connection terminated unexpectedly')), true, 'the session of the gateway');
  t.equal(isSessionLost(sqlError('23505', 'duplicate key value')), false);
  t.equal(isSessionLost(sqlError('XX000', 'cache lookup failed')), false);
});
