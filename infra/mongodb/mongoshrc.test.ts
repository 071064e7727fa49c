import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';

import t from 'tap';

const SCRIPT = readFileSync(new URL('mongoshrc.js', import.meta.url), 'utf8');
const CREDENTIALS = { MONGO_INITDB_ROOT_USERNAME: 'root', MONGO_INITDB_ROOT_PASSWORD: 'secret' };

/** Runs the script as mongosh would, with a database that records who signs in. */
function run(isTTY: boolean, env: Record<string, string>): string[][] {
  const signedIn: string[][] = [];
  const db = {
    getSiblingDB: (name: string) => ({ auth: (...words: string[]) => signedIn.push([name, ...words]) }),
  };
  runInNewContext(SCRIPT, { db, process: { env, stdin: { isTTY } } });
  return signedIn;
}

t.test('mongosh in a terminal signs in as root', async (t) => {
  t.strictSame(run(true, CREDENTIALS), [['admin', 'root', 'secret']]);
});

t.test('without a terminal, or without a password, mongosh does not sign in', async (t) => {
  t.strictSame(run(false, CREDENTIALS), []);
  t.strictSame(run(true, {}), []);
});
