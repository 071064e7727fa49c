import { randomBytes } from 'node:crypto';

import {
  findSecretFor,
  openSecret,
  rotateSecrets,
  sealSecret,
  type SecretKeys,
  SecretKeysText,
  storeSecret,
} from '@mcp-server/shared';
import { openNamespace } from '@mcp-server/testing';
import t from 'tap';

const [OLD, NEW] = [randomBytes(32).toString('hex'), randomBytes(32).toString('hex')];
const keysOf = (...texts: string[]): SecretKeys => SecretKeysText.parse(texts.join(','));
const USER = '0123456789abcdef01234567';
const SECRETS = 150;

t.test('while all keys are rotated and secrets change, no read fails', async (t) => {
  const { SecretModel } = (await openNamespace(t)).models;
  const put = async (name: string, version: number, value: string, keys: SecretKeys) => {
    const identity = { owner: USER, name, version, hosts: [], plugins: [] };
    return storeSecret(SecretModel, { ...identity, ...sealSecret(keys, identity, value) });
  };
  const names = Array.from({ length: SECRETS }, (_, index) => `secret-${index}`);
  for (const name of names) await put(name, 1, `value of ${name}`, keysOf(OLD));

  const reading = new AbortController();
  let reads = 0;
  const read = async (keys: SecretKeys) => {
    for (let index = 0; !reading.signal.aborted; index += 7) {
      const name = names[index % SECRETS] ?? '';
      const secret = await findSecretFor(SecretModel, { userId: USER, name });
      if (!secret) throw new Error(`${name} is gone`);
      if (!openSecret(keys, secret).startsWith(`value of ${name}`))
        throw new Error(`${name} has another value`);
      reads += 1;
    }
  };
  // The fleet in the middle of the change: some processes have the new order already.
  const readers = Promise.all([read(keysOf(NEW, OLD)), read(keysOf(OLD, NEW))]);
  const writers = Promise.all(
    names.slice(0, 40).map(async (name) => {
      for (const version of [2, 3])
        await put(name, version, `value of ${name}, ${version}`, keysOf(OLD, NEW));
    }),
  );
  const [one, two] = await Promise.all([
    rotateSecrets(SecretModel, keysOf(NEW, OLD)),
    rotateSecrets(SecretModel, keysOf(NEW, OLD)),
    writers,
  ]);
  const last = await rotateSecrets(SecretModel, keysOf(NEW, OLD));
  reading.abort();
  await readers;

  t.ok(reads > SECRETS, `${reads} reads`);
  t.same([one.failed, two.failed, last.failed], [[], [], []]);
  t.ok(one.rewrapped + two.rewrapped + last.rewrapped >= SECRETS);
  const all = await SecretModel.find().lean();
  t.equal(
    all.filter((secret) => openSecret(keysOf(NEW), secret) !== '').length,
    SECRETS,
    'the old key can go',
  );
});

t.test('a secret that no key opens, or that cannot be changed, is named and stays as it is', async (t) => {
  const { SecretModel } = (await openNamespace(t)).models;
  const lost = { owner: USER, name: 'lost', version: 1, hosts: [], plugins: [] };
  const kept = { ...lost, name: 'kept' };
  await storeSecret(SecretModel, {
    ...lost,
    ...sealSecret(keysOf(randomBytes(32).toString('hex')), lost, 'x'),
  });
  await storeSecret(SecretModel, { ...kept, ...sealSecret(keysOf(OLD), kept, 'y') });
  const odd = { ...lost, name: 'odd' };
  await storeSecret(SecretModel, { ...odd, ...sealSecret(keysOf(OLD), odd, 'z') });
  await SecretModel.collection.updateOne({ _id: `${USER}/odd` as never }, { $set: { version: '1' } });
  const before = await SecretModel.findById(`${USER}/lost`).lean();

  const { rewrapped, failed } = await rotateSecrets(SecretModel, keysOf(NEW, OLD));

  t.equal(rewrapped, 1);
  t.match(failed, [
    { id: `${USER}/lost`, reason: /No key of SECRETS_KEY/ },
    { id: `${USER}/odd`, reason: /another type/ },
  ]);
  t.same(await SecretModel.findById(`${USER}/lost`).lean(), before);
});
