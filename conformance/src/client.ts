const VERSION = '2026-07-28';
const NAME_PARAMS = ['name', 'taskId', 'uri'] as const;

type Json = Record<string, unknown>;

/**
 * MCP client of the newest revision with the Tasks extension. Resolves to the result.
 * @throws {Error} on any other response.
 */
export type McpCaller = (method: string, params?: Json) => Promise<Json>;

export function openCaller(url: string, apiKey: string): McpCaller {
  let id = 0;
  return async (method, params = {}) => {
    id += 1;
    const name = NAME_PARAMS.map((field) => params[field]).find((value) => typeof value === 'string');
    const answer = await fetch(`${url}/mcp`, {
      method: 'POST',
      headers: {
        'x-api-key': apiKey,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': VERSION,
        'mcp-method': method,
        ...(name === undefined ? {} : { 'mcp-name': name }),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id, method, params: { ...params, _meta: ENVELOPE } }),
    });
    const { result, error } = lastMessage(await answer.text());
    if (!result) throw new Error(`${method}: ${answer.status} ${JSON.stringify(error)}`);
    return result;
  };
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'conformance', version: '1.0.0' },
  'io.modelcontextprotocol/clientCapabilities': { extensions: { 'io.modelcontextprotocol/tasks': {} } },
};

/** Reads one JSON body, or the last event of a stream. */
function lastMessage(text: string): { result?: Json; error?: unknown } {
  const data = text.split('\n').filter((line) => line.startsWith('data:'));
  return JSON.parse(data.at(-1)?.slice('data:'.length) ?? (text || '{}')) as { result?: Json };
}
