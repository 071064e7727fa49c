import type { AddressInfo } from 'node:net';

import { type ProductProcess, startProcess, waitFor } from '@mcp-server/testing';
import type { Test } from 'tap';

import type { Account, TestApp } from './test-app.ts';

const VERSION = '2026-07-28';
const TASKS = 'io.modelcontextprotocol/tasks';

/** Capabilities of a client that knows mcpTasks. */
export const WITH_TASKS = { extensions: { [TASKS]: {} } };

type Json = Record<string, unknown>;

export interface McpReply {
  status: number;
  headers: Headers;
  /** Parts of the response message. */
  result: Json;
  error: { code: number; message: string; data?: Json } | undefined;
  /** All messages in order, notifications included. */
  messages: Json[];
}

export interface McpCall {
  era?: 'modern' | 'legacy';
  capabilities?: object;
  meta?: object;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** Answers to the questions of the previous round. */
  inputResponses?: object;
  requestState?: unknown;
}

/** A client that speaks the protocol by hand, so that tests see every byte. */
export type McpClient = (method: string, params?: Json, call?: McpCall) => Promise<McpReply>;

/** Starts listening; resolves to the base URL. */
export async function listen({ app }: Pick<TestApp, 'app'>): Promise<string> {
  await app.listen({ port: 0, host: '127.0.0.1' });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Plugins of every worker. */
const PLUGINS = ['http', 'sample', 'transform'];

/** Starts a worker and waits until the application knows its plugins. */
export async function startWorker(
  t: Test,
  test: TestApp,
  env: Record<string, string> = {},
): Promise<ProductProcess> {
  const worker = await startProcess(t, 'worker', { ...test.env, ...env });
  const wanted = 'PLUGINS_DIR' in env ? PLUGINS.length + 1 : PLUGINS.length;
  await waitFor('the catalogue', async () => {
    const pluginIds = (await test.deps.catalogue.list()).map(({ plugin }) => plugin.id);
    return PLUGINS.every((id) => pluginIds.includes(id)) && pluginIds.length >= wanted;
  });
  return worker;
}

export const openClient =
  (url: string, { headers: credentials }: { headers: Record<string, string> } | Account): McpClient =>
  async (method, params = {}, call = {}) => {
    const reply = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: { ...credentials, ...headersOf(method, params, call) },
      body: JSON.stringify({ jsonrpc: '2.0', ...idOf(method), method, params: paramsOf(params, call) }),
      ...(call.signal ? { signal: call.signal } : {}),
    });
    const messages = parseMessages(await reply.text(), reply.headers.get('content-type') ?? '');
    const answer = messages.at(-1) ?? {};
    return {
      status: reply.status,
      headers: reply.headers,
      result: (answer['result'] ?? {}) as Json,
      error: answer['error'] as McpReply['error'],
      messages,
    };
  };

const idOf = (method: string) => (method.startsWith('notifications/') ? {} : { id: 1 });

function headersOf(method: string, params: Json, { era, headers }: McpCall): Record<string, string> {
  const name = params['name'] ?? params['uri'] ?? params['taskId'];
  return {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    ...(era === 'legacy'
      ? { 'mcp-protocol-version': '2025-11-25' }
      : {
          'mcp-protocol-version': VERSION,
          'mcp-method': method,
          ...(typeof name === 'string' ? { 'mcp-name': name } : {}),
        }),
    ...headers,
  };
}

function paramsOf(
  params: Json,
  { era, capabilities = {}, meta, inputResponses, requestState }: McpCall,
): Json {
  const envelope = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
    'io.modelcontextprotocol/clientCapabilities': capabilities,
  };
  return {
    ...params,
    _meta: { ...(era === 'legacy' ? {} : envelope), ...meta },
    ...(inputResponses === undefined ? {} : { inputResponses }),
    ...(requestState === undefined ? {} : { requestState }),
  };
}

function parseMessages(text: string, type: string): Json[] {
  if (!type.startsWith('text/event-stream')) return text === '' ? [] : [JSON.parse(text) as Json];
  return text
    .split('\n')
    .filter((line) => line.startsWith('data: ') && line.length > 6)
    .map((line) => JSON.parse(line.slice(6)) as Json);
}
