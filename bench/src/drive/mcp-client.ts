import { Pool } from 'undici';

const VERSION = '2026-07-28';
const NAME_PARAMS = ['name', 'taskId', 'uri'] as const;

/** MCP client of the newest revision with the Tasks extension. */
export interface McpClient {
  /** Resolves to the result. @throws {Error} on any other response. */
  request(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

interface Message {
  id?: unknown;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** `connections` is the number of requests in flight. */
export function openMcpClient(
  url: string,
  { connections, headers = {} }: { connections: number; headers?: Record<string, string> },
): McpClient {
  const pool = new Pool(url, { connections, pipelining: 1 });
  let id = 0;
  return {
    async request(method, params = {}) {
      id += 1;
      const name = NAME_PARAMS.map((field) => params[field]).find((value) => typeof value === 'string');
      const answer = await pool.request({
        method: 'POST',
        path: '/mcp',
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': VERSION,
          'mcp-method': method,
          ...(name === undefined ? {} : { 'mcp-name': name }),
        },
        body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: ENVELOPE } }),
      });
      const type = String(answer.headers['content-type']);
      const text = await answer.body.text();
      const message = type.startsWith('text/event-stream')
        ? lastEvent(text)
        : (JSON.parse(text || '{}') as Message);
      if (!message.result) throw new Error(`${method}: ${answer.statusCode} ${text.slice(0, 500)}`);
      return message.result;
    },
    close: () => pool.close(),
  };
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

/** The response is the last message of a stream; the messages before it are progress. */
function lastEvent(text: string): Message {
  const data = text
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice('data:'.length));
  return JSON.parse(data.at(-1) ?? '{}') as Message;
}
