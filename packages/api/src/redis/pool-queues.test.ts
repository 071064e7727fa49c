import { createRedis, PoolQueues } from '@mcp-server/shared';
import { startOwnRedis, waitFor } from '@mcp-server/testing';
import t from 'tap';

t.test('a queue whose first contact with Redis failed is replaced by one that works', async (t) => {
  const { url, control } = await startOwnRedis(t);
  const redis = createRedis(url, 'producer', () => undefined);
  const queues = new PoolQueues(redis, 'first-contact', () => undefined);
  t.teardown(async () => {
    await queues.close();
    redis.disconnect();
  });
  await waitFor('Redis', () => redis.status === 'ready');

  control.pause();
  const failed = queues.of('default');
  await t.rejects(failed.isPaused());
  control.resume();

  await waitFor('a working queue', () =>
    queues
      .of('default')
      .isPaused()
      .then(
        (isPaused) => !isPaused,
        () => false,
      ),
  );
  t.not(queues.of('default'), failed);
});
