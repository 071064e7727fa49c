import { randomBytes } from 'node:crypto';

import { sealSecret, SecretKeysText, storeSecret } from '@mcp-server/shared';
import { openFleet } from '@mcp-server/testing';
import t from 'tap';

const OWNER = '0123456789abcdef01234567';
const newKey = () => randomBytes(32).toString('hex');

t.test('a worker without the key leaves the secret to another one, which reads it', async (t) => {
  const { space, startWorker, submit, reach, read } = await openFleet(t);
  const key = newKey();
  const identity = { owner: OWNER, name: 'token', version: 1, hosts: [], plugins: [{ plugin: 'fixture' }] };
  const sealed = sealSecret(SecretKeysText.parse(key), identity, 'value-of-token');
  await storeSecret(space.models.SecretModel, { ...identity, ...sealed });
  const readToken = (attempts: number) =>
    submit({
      plugin: 'fixture',
      action: 'read-secret',
      payload: JSON.stringify({ name: 'token' }),
      policy: {
        retry: { attempts, backoff: 'fixed', delayMs: 200, maxDelayMs: 200 },
        timeoutMs: 10_000,
        onCrash: 'rerun',
        maxCrashes: 3,
      },
    });

  const keyless = await startWorker();
  const refused = await readToken(1);
  await reach(refused, 'failed');
  await keyless.end('SIGTERM');
  const other = await startWorker({ SECRETS_KEY: newKey() });
  const lacking = await readToken(100);
  await reach(lacking, 'retrying');
  await startWorker({ SECRETS_KEY: key });
  await reach(lacking, 'completed');
  await other.end('SIGTERM');

  t.match((await read(refused)).failure, { code: 'SECRETS_OFF', message: /no SECRETS_KEY/ });
  const { attempts, result } = await read(lacking);
  t.match(attempts[0]?.error, { code: 'SECRETS_OFF', message: /lacks its key/ });
  t.same(JSON.parse(result ?? ''), { length: 'value-of-token'.length });
});
