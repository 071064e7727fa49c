import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Answer {
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
  /** The route as the documentation names it, when the path holds an id. */
  route?: string;
}

/** Somebody with curl who goes from route to route and writes down what each answered. */
export class Visitor {
  readonly #url: string;
  readonly #say: (line: string) => void;
  /** `METHOD route` of every call so far. */
  readonly visited = new Set<string>();
  /** Answers that were not the expected ones. */
  readonly surprises: string[] = [];

  constructor(url: string, say: (line: string) => void) {
    this.#url = url;
    this.#say = say;
  }

  /** One call by curl; prints a line with the status and notes a surprise when it is not `expected`. */
  async call(expected: number, method: string, path: string, call: Call = {}): Promise<Answer> {
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
    const answer = parseAnswer(stdout);
    this.note(expected, answer.status, `${method} ${call.route ?? path.split('?')[0]}`);
    return answer;
  }

  /** Notes a surprise when what was answered is not what was promised. */
  expect(route: string, isFound: boolean): void {
    if (!isFound) this.surprises.push(`${route}: another answer`);
  }

  /** Writes a visit down that was made in another way. */
  note(expected: number, status: number, route: string): void {
    this.visited.add(route);
    this.#say(`${status} ${route}`);
    if (status !== expected) this.surprises.push(`${route}: ${status} instead of ${expected}`);
  }
}

function parseAnswer(text: string): Answer {
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
