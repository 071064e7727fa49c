// The SDK's low-level server alone, on Fastify: the same tools, an echo, one insert for a new mcpTask, one findById to
// read it. Arguments: URI of the database, path of a JSON file with the tools.
import { readFileSync } from 'node:fs';

import { createMongo, whenParentIsGone } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { type CallToolResult, createMcpHandler, Server, type Tool } from '@modelcontextprotocol/server';
import Fastify from 'fastify';
import { Schema } from 'mongoose';
import { z } from 'zod';

const TASKS = 'io.modelcontextprotocol/tasks';
const [uri = '', toolsPath = ''] = process.argv.slice(2);
const tools = JSON.parse(readFileSync(toolsPath, 'utf8')) as Tool[];
const mongo = createMongo({
  uri,
  maxPoolSize: 20,
  serverSelectionTimeoutMs: 15_000,
  socketTimeoutMs: 20_000,
});
const schema = new Schema({ _id: String }, { strict: false, collection: 'rawtasks' });
const Held = mongo.connection.model('Held', schema);
const anything = z.looseObject({});

const presentTask = (id: string, createdAt: Date) => ({
  taskId: id,
  status: 'working',
  createdAt: createdAt.toISOString(),
  lastUpdatedAt: createdAt.toISOString(),
  ttlMs: 60_000,
  pollIntervalMs: 1_000,
});

async function createTask() {
  const execution = buildExecution();
  await Held.collection.insertOne(execution as never);
  return { resultType: 'task', ...presentTask(execution._id, execution.createdAt) };
}

async function readTask(id: string) {
  const task = await Held.findById(id).lean<{ _id: string; createdAt: Date }>();
  if (!task) throw new Error(`no task ${id}`);
  return { resultType: 'complete', ...presentTask(task._id, task.createdAt) };
}

const handler = createMcpHandler(() => {
  const server = new Server(
    { name: 'raw', version: '1.0.0' },
    { capabilities: { tools: {}, extensions: { [TASKS]: {} } } },
  );
  server.setRequestHandler('tools/list', () => ({ tools }));
  server.setRequestHandler('tools/call', async ({ params }) => {
    if (params.name.endsWith('held')) return (await createTask()) as unknown as CallToolResult;
    const message = params.arguments?.['message'];
    return { content: [{ type: 'text', text: JSON.stringify({ message }) }], structuredContent: { message } };
  });
  server.setRequestHandler(
    'tasks/get',
    { params: z.looseObject({ taskId: z.string() }), result: anything },
    ({ taskId }) => readTask(taskId),
  );
  return server;
});
const node = toNodeHandler(handler);

const app = Fastify();
app.post('/mcp', async (request, reply) => {
  reply.hijack();
  await node(request.raw, reply.raw, request.body);
});
const url = await app.listen({ port: 0, host: '127.0.0.1' });
const stop = async (): Promise<void> => {
  await app.close();
  await handler.close();
  await mongo.close();
  process.stdin.destroy();
};
process.once('SIGTERM', () => void stop());
whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
process.stdout.write(`${JSON.stringify({ msg: 'raw server started', url })}\n`);
