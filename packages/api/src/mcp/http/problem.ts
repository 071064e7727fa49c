export const METHOD_NOT_FOUND = -32_601;
export const INVALID_REQUEST = -32_600;
export const INVALID_PARAMS = -32_602;

/** Builds a JSON-RPC error response. */
export const problem = (status: number, code: number, message: string, id: unknown): Response =>
  Response.json({ jsonrpc: '2.0', id: id ?? null, error: { code, message } }, { status });
