import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { quantile, runClosedLoop } from '../drive/closed-loop.ts';
import { type McpClient, openMcpClient } from '../drive/mcp-client.ts';
import type { Product } from '../rig/product.ts';
import type { Stage } from '../rig/stage.ts';
import type { Case, Figures } from './case.ts';

const CONNECTIONS = 32;
const CALLS = 1_000;
const ECHO = 'forty__echo-0';
const HELD = 'forty__held';

/** Requests that both servers get, one kind after the other. */
async function measureKinds(client: McpClient, count: number): Promise<Figures> {
  const figures: Figures = {};
  const measure = async (kind: string, call: (index: number) => Promise<unknown>) => {
    const startedAt = performance.now();
    const times = await runClosedLoop(
      { count, inFlight: CONNECTIONS },
      async (index) => void (await call(index)),
    );
    figures[`${kind}/s`] = (count / (performance.now() - startedAt)) * 1_000;
    figures[`${kind} p50 ms`] = quantile(times, 0.5);
    figures[`${kind} p99 ms`] = quantile(times, 0.99);
  };
  const ids: string[] = [];

  await measure('lists', () => client.request('tools/list'));
  await measure('echoes', async (index) => {
    const message = `message ${index}`;
    const { structuredContent } = await client.request('tools/call', { name: ECHO, arguments: { message } });
    if ((structuredContent as { message?: unknown }).message !== message)
      throw new Error('not the echoed message');
  });
  await measure('new mcpTasks', async (index) => {
    const { taskId } = await client.request('tools/call', {
      name: HELD,
      arguments: { message: `held ${index}` },
    });
    ids.push(String(taskId));
  });
  await measure('looks', async (index) => {
    const { status } = await client.request('tasks/get', { taskId: ids[index % ids.length] });
    if (status === undefined) throw new Error('no status');
  });
  return figures;
}

export const buildMcp = (product: Product): Case => ({
  name: 'mcp',
  title: `POST /mcp: tools/list, tools/call of an echo, new mcpTasks, tasks/get; ${CONNECTIONS} connections`,
  async open(stage, { scale }) {
    const client = product.openMcpClient(CONNECTIONS);
    stage.defer(() => client.close());
    return () => measureKinds(client, Math.ceil(CALLS * scale));
  },
});

/** Serves the product's tools, so that both lists have the same bytes. */
export const buildRawMcp = (product: Product): Case => ({
  name: 'raw-mcp',
  title: `the SDK's low-level server alone with the same tools, ${CONNECTIONS} connections`,
  async open(stage, { scale }) {
    const server = await stage.startRaw('mcp-server.ts', [
      stage.space.mongodbUri,
      await writeTools(stage, product),
    ]);
    const client = openMcpClient(String(server.started['url']), { connections: CONNECTIONS });
    stage.defer(() => client.close());
    return () => measureKinds(client, Math.ceil(CALLS * scale));
  },
});

async function writeTools(stage: Stage, product: Product): Promise<string> {
  const client = product.openMcpClient(1);
  const { tools } = await client.request('tools/list');
  await client.close();
  const dir = await mkdtemp(join(tmpdir(), 'bench-tools-'));
  stage.defer(() => rm(dir, { recursive: true, force: true }));
  const path = join(dir, 'tools.json');
  await writeFile(path, JSON.stringify(tools));
  return path;
}
