import type { Work } from './work.ts';

/** Outcome of one request. */
export type Answer =
  | { kind: 'answered'; status: number; body: Record<string, unknown>; retryAfterMs: number }
  | { kind: 'refused' | 'reset' | 'timeout'; detail: string };

/** Several times the API's own limit of 5 s: an answer that takes longer hangs, on a busy machine too. */
const ANSWER_TIMEOUT_MS = 20_000;

interface Call {
  method?: 'GET' | 'POST';
  path: string;
  headers?: Record<string, string>;
  body?: unknown;
  timeoutMs?: number;
}

/** Sends one HTTP request; failures are values. */
export async function callApi(baseUrl: string, call: Call): Promise<Answer> {
  try {
    const response = await fetch(`${baseUrl}${call.path}`, {
      method: call.method ?? 'POST',
      headers: { 'content-type': 'application/json', ...call.headers },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(call.timeoutMs ?? ANSWER_TIMEOUT_MS),
    });
    const text = await response.text();
    const retryAfterMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
    return { kind: 'answered', status: response.status, body: parseBody(text), retryAfterMs };
  } catch (error) {
    return describeFailure(error as Error);
  }
}

/** Submits work without waiting for its end. */
export function submitWork(
  baseUrl: string,
  { token, key, work }: { token: string; key: string; work: Work },
): Promise<Answer> {
  return callApi(baseUrl, {
    path: '/mcp/execute',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key, prefer: 'respond-async' },
    body: work,
  });
}

function parseBody(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { text };
  }
}

function describeFailure(error: Error): Answer {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  const detail = `${error.name}: ${cause?.code ?? ''} ${cause?.message ?? error.message}`;
  if (error.name === 'TimeoutError') return { kind: 'timeout', detail };
  return { kind: cause?.code === 'ECONNREFUSED' ? 'refused' : 'reset', detail };
}
