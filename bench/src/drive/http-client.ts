import { Pool } from 'undici';

/** A client that costs little, so that most of the machine is left for what is measured. */
export interface HttpClient {
  /** Sends JSON and resolves to the parsed answer. @throws {Error} for any status of 300 and above. */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** `connections` bounds how many requests are under way. */
export function openHttpClient(
  url: string,
  { connections, headers = {} }: { connections: number; headers?: Record<string, string> },
): HttpClient {
  const pool = new Pool(url, { connections, pipelining: 1 });
  return {
    async send(method, path, body) {
      const answer = await pool.request({
        method,
        path,
        headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await answer.body.text();
      if (answer.statusCode >= 300) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`);
      return JSON.parse(text) as Record<string, unknown>;
    },
    close: () => pool.close(),
  };
}
