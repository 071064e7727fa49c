/** A response that is not 2xx; the message contains the problem's code and detail. */
export class ResponseError extends Error {
  override readonly name = 'ResponseError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Sends a request with JSON in and out. @throws {ResponseError} on a response that is not 2xx. */
export async function requestJson(
  url: string,
  { method = 'GET', token, body }: { method?: string; token?: string; body?: unknown } = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const content = (await response.json()) as Record<string, unknown>;
  if (!response.ok) {
    throw new ResponseError(
      response.status,
      `${method} ${url}: ${response.status} ${JSON.stringify(content)}`,
    );
  }
  return content;
}
