import assert from 'node:assert/strict';

import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

import { openServer } from '../server.ts';

const server = await openServer();

/** Connects with the protocol's own client library. Most clients in use speak the older revision. */
async function connect(mode: 'legacy' | { pin: string }): Promise<Client> {
  const client = new Client({ name: 'example', version: '1.0.0' }, { versionNegotiation: { mode } });
  const requestInit = { headers: { 'X-API-Key': server.apiKey } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { requestInit }));
  return client;
}

for (const mode of ['legacy', { pin: '2026-07-28' }] as const) {
  const client = await connect(mode);
  const era = mode === 'legacy' ? '2025-11-25' : mode.pin;

  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'sample__echo'));
  const echo = await client.callTool({ name: 'sample__echo', arguments: { message: 'hello' } });
  assert.deepEqual(echo.structuredContent, { message: 'hello' });

  // A call is an execution: it is retried like any other, and the client sees only its end.
  const flaky = await client.callTool({ name: 'sample__flaky', arguments: { failures: 2 } });
  assert.deepEqual(flaky.structuredContent, { attempt: 3 });

  // Invalid arguments are a tool error that a model can read and correct.
  const wrong = await client.callTool({ name: 'sample__flaky', arguments: { failures: 'two' } });
  assert.equal(wrong.isError, true);

  console.log(`${era}: ${tools.length} tools, echo answered, flaky succeeded on attempt 3`);
  await client.close();
}

// The same calls are in the list of executions, with their attempts.
const { body: executions } = await server.call('GET', '/api/executions?source=mcp');
assert.ok(executions.items.length >= 4);
console.log(`${executions.items.length} executions are on record`);
