// Raw BullMQ: a worker that does nothing. Arguments: URL of Redis, prefix, queue, concurrency.
import { createRedis, whenParentIsGone } from '@mcp-server/shared';
import { Worker } from 'bullmq';

const [url = '', prefix = '', queue = '', concurrency = ''] = process.argv.slice(2);
const redis = createRedis(url, 'consumer', () => undefined);
const worker = new Worker(queue, async () => 'done', {
  connection: redis,
  prefix,
  concurrency: Number(concurrency),
});
await worker.waitUntilReady();
const stop = async (): Promise<void> => {
  await worker.close();
  redis.disconnect();
  process.stdin.destroy();
};
process.once('SIGTERM', () => void stop());
whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
process.stdout.write(`${JSON.stringify({ msg: 'raw worker started' })}\n`);
