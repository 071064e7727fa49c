import type { Tokens } from './visit-accounts.ts';
import type { Visitor } from './visitor.ts';

const VERSION = '2026-07-28';
const ECHO = { name: 'sample__echo', arguments: { message: 'Hello from the tour!' } };
const ACCEPT = 'Accept: application/json, text/event-stream';

const message = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });

/** Calls a tool in both eras of the Model Context Protocol, and reads what a client without a token gets. */
export async function visitMcp(visitor: Visitor, { user: token }: Tokens): Promise<void> {
  await visitor.call(401, 'POST', '/mcp', { body: message('tools/list', {}) });
  await visitor.call(200, 'GET', '/.well-known/oauth-protected-resource/mcp');
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': VERSION,
    'io.modelcontextprotocol/clientCapabilities': {},
  };
  const modern = [
    ACCEPT,
    `MCP-Protocol-Version: ${VERSION}`,
    'Mcp-Method: tools/call',
    'Mcp-Name: sample__echo',
  ];
  const called = await visitor.call(200, 'POST', '/mcp', {
    token,
    headers: modern,
    body: message('tools/call', { ...ECHO, _meta }),
  });
  visitor.expect('POST /mcp', called.text.includes('Hello from the tour!'));
  const legacy = await visitor.call(200, 'POST', '/mcp', {
    token,
    headers: [ACCEPT],
    body: message('tools/call', ECHO),
  });
  visitor.expect('POST /mcp', legacy.text.includes('Hello from the tour!'));
  await visitor.call(405, 'GET', '/mcp', { token });
}
