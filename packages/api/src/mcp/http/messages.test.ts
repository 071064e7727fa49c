import t from 'tap';

import { publishSample, startTestApp } from '../../testing/test-app.ts';

interface Reply {
  result?: { tools?: unknown[]; isError?: boolean; _meta?: object };
  error?: { code: number; message: string };
}

async function openEndpoint(t: Parameters<typeof startTestApp>[0]) {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');
  return async (payload: string, more: Record<string, string> = {}) => {
    const types = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const reply = await test.inject({
      method: 'POST',
      url: '/mcp',
      headers: { ...headers, ...types, ...more },
      payload,
    });
    const text =
      reply.body
        .split('\n')
        .findLast((line) => line.startsWith('data: '))
        ?.slice(6) ?? reply.body;
    return { status: reply.statusCode, ...(JSON.parse(text) as Reply) };
  };
}

const message = (method: string, params: string) =>
  `{"jsonrpc":"2.0","id":1,"method":"${method}","params":${params}}`;

t.test('parameters that are null or an empty list count as omitted', async (t) => {
  const post = await openEndpoint(t);

  for (const params of ['null', '[]', '{"cursor":null}'])
    t.equal((await post(message('tools/list', params))).result?.tools?.length, 3, params);
  for (const input of ['null', '[]']) {
    const reply = await post(message('tools/call', `{"name":"sample__echo","arguments":${input}}`));
    t.match(reply.result, { isError: true }, `${input}: validated like omitted arguments`);
  }
});

t.test('parameters of a wrong shape get -32602 with a readable message', async (t) => {
  const post = await openEndpoint(t);
  const cases = [
    ['tools/list', '"all"', 'params'],
    ['tools/list', '{"cursor":7}', 'params.cursor'],
    ['tools/call', '{}', 'params.name'],
    ['tools/call', '[1]', 'params'],
    ['tools/call', '{"name":"sample__echo","arguments":"text"}', 'params.arguments'],
    ['tools/call', '{"name":"sample__echo","arguments":[1]}', 'params.arguments'],
    ['prompts/get', '{"name":"x","arguments":{"a":1}}', 'params.arguments.a'],
    ['resources/read', '{}', 'params.uri'],
    ['completion/complete', '{"ref":null}', 'params.ref'],
  ] as const;

  for (const [method, params, place] of cases) {
    const { error } = await post(message(method, params));
    t.equal(error?.code, -32_602, `${method} ${params}`);
    t.match(error?.message, place);
    t.notMatch(error?.message, /[{[]\n|"code"/, 'no JSON of a library');
  }
});

t.test('an unreadable body gets a JSON-RPC error', async (t) => {
  const post = await openEndpoint(t);
  const bodies: [string, Record<string, string>, number, number][] = [
    ['{', {}, 400, -32_700],
    ['hello', { 'content-type': 'text/plain' }, 415, -32_700],
    ['{}', { 'content-encoding': 'gzip' }, 415, -32_700],
    [`"${'x'.repeat(1_048_577)}"`, {}, 413, -32_700],
    [message('tools/call', '{"name":"sample__echo","arguments":{"n":1e400}}'), {}, 400, -32_700],
    ['"text"', {}, 400, -32_600],
    ['null', {}, 400, -32_600],
    ['[]', {}, 400, -32_600],
  ];

  for (const [body, headers, status, code] of bodies)
    t.match(await post(body, headers), { status, error: { code, message: String } }, body.slice(0, 40));
});

t.test('every Accept header that covers both types is accepted', async (t) => {
  const post = await openEndpoint(t);
  const list = message('tools/list', '{}');

  for (const accept of ['*/*', 'Application/JSON, Text/Event-Stream', 'text/*;q=0.5, application/*'])
    t.equal((await post(list, { accept })).status, 200, accept);
  for (const accept of ['text/html', 'application/json']) t.equal((await post(list, { accept })).status, 406);
});
