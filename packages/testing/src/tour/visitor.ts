import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface CurlResponse {
  status: number;
  headers: string;
  body: Record<string, unknown>;
  text: string;
}

export interface Call {
  token?: string;
  key?: string;
  body?: unknown;
  headers?: string[];
  /** Name of the route in the documentation, if the path contains an id. */
  route?: string;
}

/** Calls routes by curl and records their responses. */
export class Visitor {
  readonly #url: string;
  readonly #say: (line: string) => void;
  /** `METHOD route` of every call so far. */
  readonly visited = new Set<string>();
  /** Unexpected responses. */
  readonly surprises: string[] = [];

  constructor(url: string, say: (line: string) => void) {
    this.#url = url;
    this.#say = say;
  }

  /** Calls a route by curl, prints its status and records a surprise if that is not `expected`. */
  async call(expected: number, method: string, path: string, call: Call = {}): Promise<CurlResponse> {
    const headers = [
      ...(call.headers ?? []),
      ...(call.token === undefined ? [] : [`Authorization: Bearer ${call.token}`]),
      ...(call.key === undefined ? [] : [`X-API-Key: ${call.key}`]),
      ...(call.body === undefined ? [] : ['Content-Type: application/json']),
    ];
    const { stdout } = await run('curl', [
      '-s',
      '-i',
      '--max-time',
      '40',
      '-X',
      method,
      ...headers.flatMap((header) => ['-H', header]),
      ...(call.body === undefined ? [] : ['-d', JSON.stringify(call.body)]),
      this.#url + path,
    ]).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
    const response = parseResponse(stdout);
    this.note(expected, response.status, `${method} ${call.route ?? path.split('?')[0]}`);
    return response;
  }

  /** Records a surprise if a response is not as expected. */
  expect(route: string, isExpected: boolean): void {
    if (!isExpected) this.surprises.push(`${route}: unexpected response`);
  }

  /** Records a call that was not made by curl. */
  note(expected: number, status: number, route: string): void {
    this.visited.add(route);
    this.#say(`${status} ${route}`);
    if (status !== expected) this.surprises.push(`${route}: ${status} instead of ${expected}`);
  }
}

function parseResponse(text: string): CurlResponse {
  const end = text.indexOf('\r\n\r\n');
  const headers = text.slice(0, end);
  const content = text.slice(end + 4);
  const status = Number(/^HTTP\/\S+ (?<status>\d+)/.exec(headers)?.groups?.['status'] ?? 0);
  return { status, headers, text: content, body: parseBody(content) };
}

function parseBody(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    // A page, metrics or nothing.
    return {};
  }
}
