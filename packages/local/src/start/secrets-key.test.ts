import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import t from 'tap';

import { loadSecretsKey } from './secrets-key.ts';

t.test('the first start generates a key for its owner only, and every start gets the same one', async (t) => {
  const dir = t.testdir({});

  const keys = await Promise.all([1, 2, 3].map(() => loadSecretsKey(dir)));
  const later = await loadSecretsKey(dir);

  t.match(later, /^[0-9a-f]{64}$/);
  t.same(new Set(keys), new Set([later]));
  t.equal(statSync(join(dir, 'secrets-key')).mode & 0o777, 0o600);
  t.same(readdirSync(dir), ['secrets-key']);
});

t.test('a folder that cannot hold it is named with the way out', async (t) => {
  await t.rejects(
    loadSecretsKey(join(t.testdir({}), 'none')),
    /secrets-key \(ENOENT\); fix that, or set SECRETS_KEY/,
  );
});
