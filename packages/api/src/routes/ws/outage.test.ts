import { buildExecution, startOwnRedis, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openSocket, startListening } from '../../testing/test-socket.ts';

t.test('after an outage of Redis sockets get a reset, and then new events', async (t) => {
  const redis = await startOwnRedis(t);
  const test = await startListening(t, { REDIS_URL: redis.url });
  const mary = await test.signUp('mary');
  const socket = await openSocket(t, test.url, { headers: mary.headers });
  await socket.subscribe(['executions']);

  await redis.control.kill();
  await waitFor('the loss', () => !test.deps.queues.isReachable());
  test.deps.events.write(buildExecution({ ownerId: mary.id }));
  t.equal(test.deps.events.lost(), 1, 'a lost event is counted and throws nothing');
  t.equal((await test.inject({ method: 'POST', url: '/ws/ticket', headers: mary.headers })).statusCode, 503);
  await redis.control.restart();

  await socket.receive('the mark', ({ type }) => type === 'reset');
  const execution = buildExecution({ ownerId: mary.id });
  await waitFor('Redis', () => test.deps.queues.isReachable());
  test.deps.events.write(execution);
  await socket.receive('the event', ({ executionId }) => executionId === execution._id);
});

t.test('streams are bounded in length and time', async (t) => {
  const test = await startListening(t);
  const ownerId = 'abcdefabcdefabcdefabcdef';
  const key = `${test.prefix}:events:${ownerId}`;
  for (let round = 0; round < 4; round += 1) {
    for (let count = 0; count < 500; count += 1) test.deps.events.write(buildExecution({ ownerId }));
    await waitFor('the batch', async () => (await test.redis.xlen(key)) > 0);
  }

  await waitFor('all of them', async () => {
    const facts = (await test.redis.xinfo('STREAM', key)) as unknown[];
    return facts[facts.indexOf('entries-added') + 1] === 2_000;
  });
  t.ok((await test.redis.xlen(key)) < 1_200);
  t.ok((await test.redis.ttl(key)) > 3_000);
});
