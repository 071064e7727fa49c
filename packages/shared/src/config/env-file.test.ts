import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import t, { type Test } from 'tap';

const MODULE = new URL('env-file.ts', import.meta.url).href;
const LOAD = `
  import { loadEnvFile } from ${JSON.stringify(MODULE)};
  // Root may read everything.
  if (process.env.AS_NOBODY && process.getuid() === 0) process.setuid(65534);
  try {
    const path = loadEnvFile();
    console.log(JSON.stringify({ path, A: process.env.A, B: process.env.B }));
  } catch (error) {
    console.log(JSON.stringify({ name: error.name, message: error.message }));
  }`;

/** Loads the file in a process of its own, started in this folder. */
function load(cwd: string, env: Record<string, string> = {}): Record<string, string> {
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', LOAD], {
    cwd,
    env,
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

const folderWith = (t: Test, text: string) => t.testdir({ '.env': text, 'other.env': 'A=other' });

t.test('.env of the current folder is read, and the environment wins', async (t) => {
  const dir = folderWith(t, 'A=file\nB=file # a comment\n');

  t.same(load(dir), { path: '.env', A: 'file', B: 'file' });
  t.same(load(dir, { A: 'real' }), { path: '.env', A: 'real', B: 'file' });
  t.same(load(dir, { A: '' }), { path: '.env', A: '', B: 'file' }, 'an empty variable wins too');
});

t.test('ENV_FILE names another file, or none', async (t) => {
  const dir = folderWith(t, 'A=file');

  t.same(load(dir, { ENV_FILE: 'other.env' }), { path: 'other.env', A: 'other' });
  t.same(load(dir, { ENV_FILE: 'none' }), {});
  t.same(load(dir, { ENV_FILE: '' }), { path: '.env', A: 'file' }, 'empty counts as unset');
});

t.test('a missing .env is fine, a missing file that is named is not', async (t) => {
  const dir = t.testdir({});

  t.same(load(dir), {});
  t.match(load(dir, { ENV_FILE: 'prod.env' }), {
    name: 'ConfigError',
    message: /^prod\.env: named by ENV_FILE, does not exist/,
  });
});

t.test('a file that cannot be read is named', async (t) => {
  const dir = t.testdir({});
  mkdirSync(join(dir, '.env'));

  t.match(load(dir), { name: 'ConfigError', message: /^\.env: is not a readable text file.*ENV_FILE=none/ });
});

t.test('a file that this user may not read is named', async (t) => {
  const dir = t.testdir({});
  writeFileSync(join(dir, '.env'), 'A=file', { mode: 0o000 });

  t.match(load(dir, { AS_NOBODY: '1' }), {
    name: 'ConfigError',
    message: /^\.env: this user may not read it/,
  });
});

t.test('the tests themselves read no file', async (t) => {
  t.equal(process.env['ENV_FILE'], 'none');
});
