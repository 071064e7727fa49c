// The canary: an HTTP server that records every side effect before it answers. `main.ts FILE`.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

import { z } from 'zod';

import { exitWithParent } from '../exit-with-parent.ts';
import { JsonLines } from '../json-lines.ts';
import type { Effect } from './effect.ts';

const EffectBody = z.strictObject({ kind: z.enum(['once', 'plain']), attempt: z.int() });

async function readBody(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text);
}

const [path = 'effects.jsonl'] = process.argv.slice(2);
const effects = new JsonLines<Effect>(path);
let receipts = 0;

const server = createServer((request, response) => {
  readBody(request)
    .then((body) => {
      const receipt = ++receipts;
      const key = String(request.headers['idempotency-key'] ?? '');
      effects.append({ at: Date.now(), receipt, key, ...EffectBody.parse(body) });
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ receipt }));
    })
    .catch(() => response.writeHead(400).end());
});

exitWithParent();
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ msg: 'sink listening', port })}\n`);
});
