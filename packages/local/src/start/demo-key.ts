import { readFile, writeFile } from 'node:fs/promises';

import { requestJson } from './json-request.ts';

/** Only the file's owner may read a key. */
const PRIVATE_FILE = 0o600;

/** Returns an API key of the demo account for tasks, calls and MCP; created once and kept in the file at `path`. */
export async function openDemoKey(apiUrl: string, token: string, path: string): Promise<string> {
  const stored = await readFile(path, 'utf8').catch(() => undefined);
  if (stored !== undefined && (await isValid(apiUrl, stored))) return stored;
  const body = { name: 'npm start' };
  const { key } = await requestJson(`${apiUrl}/api/auth/api-key/generate`, { method: 'POST', token, body });
  await writeFile(path, String(key), { mode: PRIVATE_FILE });
  return String(key);
}

/** False if the database is newer than the file, or the key was revoked. */
async function isValid(apiUrl: string, key: string): Promise<boolean> {
  const { ok } = await fetch(`${apiUrl}/api/auth/profile`, { headers: { 'x-api-key': key } });
  return ok;
}
