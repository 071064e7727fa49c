// The process that hashes passwords for one API. Costly work here takes no time from requests: it runs one piece at a time,
// below the priority of the API, and outside of its thread pool. It ends with the API.
import { randomBytes } from 'node:crypto';
import { constants, getPriority, setPriority } from 'node:os';

import bcrypt from 'bcrypt';

import type { PasswordReply, PasswordRequest, PasswordResult } from './password-protocol.ts';
import { buildStrengthCheck } from './password-strength.ts';

/** bcrypt reads 72 bytes; without this a longer password would match on its first 72. */
const MAX_BYTES = 72;

const findWeakness = buildStrengthCheck();
const dummyHashes = new Map<number, string>();

function dummyHash(cost: number): string {
  const known = dummyHashes.get(cost);
  if (known !== undefined) return known;
  const hash = bcrypt.hashSync(randomBytes(16).toString('hex'), cost);
  dummyHashes.set(cost, hash);
  return hash;
}

async function work(request: PasswordRequest): Promise<PasswordResult> {
  const { password, cost } = request;
  if (request.kind === 'verify') {
    const { hash } = request;
    const isMatch = bcrypt.compareSync(password, hash ?? dummyHash(cost));
    return { isMatch: isMatch && hash !== undefined && Buffer.byteLength(password) <= MAX_BYTES };
  }
  const reasons = await findWeakness(request);
  if (reasons) return { reasons };
  return { hash: bcrypt.hashSync(password, cost) };
}

setPriority(
  Math.min(constants.priority.PRIORITY_LOW, getPriority() + constants.priority.PRIORITY_BELOW_NORMAL),
);
// A terminal sends its signals to this process too; the API closes the channel once all requests are answered.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
process.on('message', (request: PasswordRequest) => {
  const reply = (result: PasswordResult) =>
    process.send?.({ ...result, id: request.id } satisfies PasswordReply, () => undefined);
  work(request).then(reply, (error: unknown) => reply({ error: String(error) }));
});
