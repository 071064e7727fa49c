// Bare Fastify: parses a JSON body and answers.
import { whenParentIsGone } from '@mcp-server/shared';
import Fastify from 'fastify';

const app = Fastify();
app.post('/', (request, reply) => reply.send({ received: request.body !== undefined }));
const url = await app.listen({ port: 0, host: '127.0.0.1' });
const stop = async (): Promise<void> => {
  await app.close();
  process.stdin.destroy();
};
process.once('SIGTERM', () => void stop());
whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
process.stdout.write(`${JSON.stringify({ msg: 'raw server started', url })}\n`);
