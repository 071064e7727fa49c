/** The author of a plugin as a user of a running server. */
export interface Author {
  /** Sends JSON, by POST if there is a body, and resolves to the JSON that came back. */
  send: (path: string, body?: object) => Promise<unknown>;
  execute: (plugin: string, action: string, payload: object) => Promise<unknown>;
  /** Calls a tool through the Model Context Protocol. */
  callTool: (name: string, input: object) => Promise<unknown>;
}

const ACCOUNT = { email: 'author@example.com', username: 'author', password: 'A-long-enough-passphrase-1' };

/** Registers the author at the server with this URL. */
export async function openAuthor(url: string): Promise<Author> {
  const request = async (path: string, headers: Record<string, string>, body?: object): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, {
      headers: { 'Content-Type': 'application/json', ...headers },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    });
    // A slow call comes as an event stream.
    const text = await response.text();
    return JSON.parse(
      text
        .split('\n')
        .findLast((line) => line.startsWith('data: '))
        ?.slice(6) ?? text,
    );
  };
  const { accessToken } = (await request('/api/auth/register', {}, ACCOUNT)) as { accessToken: string };
  const authorized = { Authorization: `Bearer ${accessToken}` };
  return {
    send: (path, body) => request(path, authorized, body),
    execute: (plugin, action, payload) => request('/mcp/execute', authorized, { plugin, action, payload }),
    callTool: (name, input) =>
      request(
        '/mcp',
        { ...authorized, Accept: 'application/json, text/event-stream' },
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: input } },
      ),
  };
}
