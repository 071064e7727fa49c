import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

import { ResponseError, requestJson } from './json-request.ts';

export interface DemoAccount {
  email: string;
  password: string;
  accessToken: string;
}

/** Only the file's owner may read a password. */
const PRIVATE_FILE = 0o600;

/** Logs in as the demo account (role `user`), created at the first start; its password is kept in the file at `path`. */
export async function openDemoAccount(apiUrl: string, path: string): Promise<DemoAccount> {
  const storedAccount = await readAccount(path);
  const { email, password } = storedAccount ?? (await createAccount(path));
  const login = () => requestJson(`${apiUrl}/api/auth/login`, { method: 'POST', body: { email, password } });
  try {
    if (storedAccount) return { email, password, accessToken: String((await login())['accessToken']) };
  } catch (error) {
    // The database is newer than the file and does not contain the account.
    if (!(error instanceof ResponseError) || error.status !== 401) throw error;
  }
  const body = { email, username: 'demo', password, role: 'user' };
  const registered = await requestJson(`${apiUrl}/api/auth/register`, { method: 'POST', body });
  return { email, password, accessToken: String(registered['accessToken']) };
}

async function readAccount(path: string): Promise<{ email: string; password: string } | undefined> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { email: string; password: string });
}

async function createAccount(path: string): Promise<{ email: string; password: string }> {
  const account = { email: 'demo@example.com', password: randomBytes(18).toString('base64url') };
  await writeFile(path, `${JSON.stringify(account, null, 2)}\n`, { mode: PRIVATE_FILE });
  return account;
}
