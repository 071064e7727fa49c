import assert from 'node:assert/strict';

import { EventSourceParserStream } from 'eventsource-parser/stream';

import { openServer } from '../server.ts';

const server = await openServer();
const { body: started } = await server.call('POST', '/mcp/execute', {
  body: { plugin: 'sample', action: 'sleep', payload: { ms: 2_000 } },
  headers: { Prefer: 'respond-async' },
});

// Server-sent events of one execution: its state now, then each change, until it ends.
async function* follow(lastEventId?: string) {
  const response = await fetch(`${server.url}/api/executions/${started.executionId}/events`, {
    headers: {
      'X-API-Key': server.apiKey,
      ...(lastEventId === undefined ? {} : { 'Last-Event-ID': lastEventId }),
    },
  });
  assert.ok(response.body);
  const events = response.body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(new EventSourceParserStream());
  for await (const { id, event, data } of events) yield { id, type: event, data: JSON.parse(data) };
}

const seen: string[] = [];
let lastEventId: string | undefined;
for await (const { id, type, data } of follow()) {
  seen.push(String(type));
  lastEventId = id ?? lastEventId;
  if (type === 'execution.progress')
    console.log(`progress: ${data.progress.done} of ${data.progress.total} ms`);
  // The connection breaks …
  if (type === 'execution.progress') break;
}

// … and the next one goes on where the last one stopped.
for await (const { type } of follow(lastEventId)) seen.push(String(type));
assert.equal(seen.at(-1), 'execution.completed');
console.log(`ended with ${seen.at(-1)}`);
