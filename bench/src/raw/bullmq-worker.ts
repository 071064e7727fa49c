// Raw BullMQ: a worker that does nothing. Arguments: URL of Redis, prefix, queue, concurrency.
import { whenParentIsGone } from '@mcp-server/shared';
import { Worker } from 'bullmq';

const [url = '', prefix = '', queue = '', concurrency = ''] = process.argv.slice(2);
const worker = new Worker(queue, async () => 'done', {
  connection: { url },
  prefix,
  concurrency: Number(concurrency),
});
await worker.waitUntilReady();
const stop = async (): Promise<void> => {
  await worker.close();
  process.stdin.destroy();
};
process.once('SIGTERM', () => void stop());
whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
process.stdout.write(`${JSON.stringify({ msg: 'raw worker started' })}\n`);
