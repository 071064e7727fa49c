import { Pool } from 'undici';

/** HTTP client with little overhead, which leaves most of the machine to the measured processes. */
export interface HttpClient {
  /** Sends JSON and resolves to the parsed response. @throws {Error} on a status of 300 or above. */
  send(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** `connections` is the number of requests in flight. */
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
