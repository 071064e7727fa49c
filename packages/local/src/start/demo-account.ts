import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { AnswerError, requestJson } from './json-request.ts';

export interface DemoAccount {
  email: string;
  password: string;
  accessToken: string;
}

/** Only its owner may read a password. */
const PRIVATE_FILE = 0o600;

/** Logs in as the demo account (role `user`), which is made at the first start; its password stays in `path`. */
export async function openDemoAccount(apiUrl: string, path: string): Promise<DemoAccount> {
  const known = await readAccount(path);
  const { email, password } = known ?? (await makeAccount(path));
  const login = () => requestJson(`${apiUrl}/api/auth/login`, { method: 'POST', body: { email, password } });
  try {
    if (known) return { email, password, accessToken: String((await login())['accessToken']) };
  } catch (error) {
    // The database is a new one, and does not know the account of the old.
    if (!(error instanceof AnswerError) || error.status !== 401) throw error;
  }
  const body = { email, username: 'demo', password, role: 'user' };
  const registered = await requestJson(`${apiUrl}/api/auth/register`, { method: 'POST', body });
  return { email, password, accessToken: String(registered['accessToken']) };
}

async function readAccount(path: string): Promise<{ email: string; password: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { email: string; password: string });
}

async function makeAccount(path: string): Promise<{ email: string; password: string }> {
  const account = { email: 'demo@example.com', password: randomBytes(18).toString('base64url') };
  await writeFile(path, `${JSON.stringify(account, null, 2)}\n`, { mode: PRIVATE_FILE });
  return account;
}
