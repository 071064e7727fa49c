import t from 'tap';

import { FatalError, RetryableError } from '../action.ts';
import { RetryPolicy } from '../schemas/policy.ts';
import { endAfterError, retryDelayMs } from './retry.ts';

const policy = RetryPolicy.parse({ attempts: 3, delayMs: 1_000, maxDelayMs: 5_000 });

t.test('exponential backoff doubles up to its cap', async (t) => {
  const full = () => 1;

  t.same(
    [1, 2, 3, 4, 12].map((used) => retryDelayMs(policy, used, full)),
    [1_000, 2_000, 4_000, 5_000, 5_000],
  );
});

t.test('a fixed delay is never shorter and at most a quarter longer', async (t) => {
  const fixed = { ...policy, backoff: 'fixed' as const };
  const delays = (random: number) => [1, 2, 9].map((used) => retryDelayMs(fixed, used, () => random));

  t.same(delays(0), [1_000, 1_000, 1_000]);
  t.same(delays(0.5), [1_125, 1_125, 1_125]);
  t.same(delays(1), [1_250, 1_250, 1_250]);
});

t.test('an exponential delay is anything up to its ceiling', async (t) => {
  t.equal(
    retryDelayMs(policy, 1, () => 0),
    0,
  );
  t.equal(
    retryDelayMs(policy, 1, () => 0.5),
    500,
  );
});

t.test('an error is retried until the attempts are used', async (t) => {
  t.match(endAfterError(new Error('no'), { policy, attemptsUsed: 2 }), {
    kind: 'retry',
    failure: { kind: 'error', message: 'no' },
  });
  t.match(endAfterError(new Error('no'), { policy, attemptsUsed: 3 }), { kind: 'failed' });
});

t.test('a RetryableError decides when', async (t) => {
  t.match(endAfterError(new RetryableError('later', { retryAfterMs: 7 }), { policy, attemptsUsed: 1 }), {
    kind: 'retry',
    delayMs: 7,
  });
  t.match(
    endAfterError(new RetryableError('later', { retryAfterMs: Number.MAX_VALUE }), {
      policy,
      attemptsUsed: 1,
    }),
    {
      delayMs: 86_400_000,
    },
  );
});

t.test('a FatalError ends at once, also one of another copy of the contract', async (t) => {
  t.match(endAfterError(new FatalError('never'), { policy, attemptsUsed: 1 }), { kind: 'failed' });
  t.match(
    endAfterError(Object.assign(new Error('never'), { name: 'FatalError' }), { policy, attemptsUsed: 1 }),
    {
      kind: 'failed',
    },
  );
});
