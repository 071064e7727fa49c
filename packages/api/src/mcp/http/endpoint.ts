import { type AuthInfo, classifyInboundRequest, createMcpHandler } from '@modelcontextprotocol/server';

import type { Deps } from '../../deps.ts';
import { buildCallCanceller } from '../cancel-call.ts';
import type { Exchange } from '../exchange.ts';
import { buildRoundStates } from '../round-state.ts';
import { buildServer } from '../server.ts';
import { buildMcpSessions } from '../session.ts';
import { buildToolbox } from '../toolbox.ts';
import { respondInTime } from './late-stream.ts';
import { buildLegacyResponder } from './legacy.ts';
import { findParamMismatch } from './param-headers.ts';
import { findParamProblem, withoutEmptyParams } from './params.ts';
import { INVALID_PARAMS, INVALID_REQUEST, METHOD_NOT_FOUND, problem } from './problem.ts';

/** The Model Context Protocol over HTTP, both eras. */
export interface McpEndpoint {
  /** `body` is the parsed JSON of `request`. The caller is already authenticated. */
  respond(request: Request, body: unknown, exchange: Exchange): Promise<Response>;
  close(): Promise<void>;
}

interface ToolCall {
  name?: unknown;
  arguments?: Record<string, unknown>;
}

/** From this revision on, headers repeat parts of the body. */
const MODERN_VERSION = '2026-07-28';
const HEADER_MISMATCH = -32_020;

export function buildMcpEndpoint(deps: Deps): McpEndpoint {
  const toolbox = buildToolbox(deps);
  const rounds = buildRoundStates(deps.config);
  const handler = createMcpHandler(
    ({ era, authInfo }) => buildServer({ ...exchangeOf(authInfo), era, deps, toolbox, rounds }),
    { onerror: (err) => deps.logger.debug({ err }, 'mcp request refused') },
  );
  /** The library compares the other headers; for arguments it only knows the tools that it holds itself. */
  const refuseMismatch = async (request: Request, body: unknown): Promise<Response | undefined> => {
    const { method, id, params } = (body ?? {}) as { method?: unknown; id?: unknown; params?: ToolCall };
    const isModern = request.headers.get('mcp-protocol-version') === MODERN_VERSION;
    if (method !== 'tools/call' || !isModern || typeof params?.name !== 'string') return undefined;
    const entry = (await toolbox.list()).find(params.name);
    const mismatch =
      entry && findParamMismatch(entry.tool.inputSchema, params.arguments ?? {}, request.headers);
    return mismatch === undefined ? undefined : problem(400, HEADER_MISMATCH, mismatch, id);
  };
  const canceller = buildCallCanceller(deps);
  const respondLegacy = buildLegacyResponder({ sessions: buildMcpSessions(deps.config), canceller });
  return {
    async respond(request, received, exchange) {
      const body = withoutEmptyParams(received);
      const refusal = refuse(body) ?? (await refuseMismatch(request, body));
      if (refusal) return refusal;
      const serve = (served: Exchange) =>
        respondInTime(handler.fetch(request, { parsedBody: body, authInfo: toAuthInfo(served) }));
      return isLegacy(request, body) ? respondLegacy(request, body, exchange, serve) : serve(exchange);
    },
    async close() {
      canceller.close();
      await handler.close();
    },
  };
}

/** The library decides in the same way. Newer revisions have no sessions and ignore their header. */
const isLegacy = ({ method, headers }: Request, body: unknown): boolean =>
  classifyInboundRequest({
    httpMethod: method,
    protocolVersionHeader: headers.get('mcp-protocol-version') ?? undefined,
    mcpMethodHeader: headers.get('mcp-method') ?? undefined,
    mcpNameHeader: headers.get('mcp-name') ?? undefined,
    body,
  }).kind === 'legacy';

/** The credential is not passed on. */
const toAuthInfo = (exchange: Exchange): AuthInfo => ({
  token: '',
  clientId: exchange.principal.userId,
  scopes: ['mcp'],
  extra: { exchange },
});

function exchangeOf(authInfo: AuthInfo | undefined): Exchange {
  const exchange = authInfo?.extra?.exchange;
  if (!exchange) throw new Error('the request has no exchange');
  return exchange as Exchange;
}

/** Refuses what the library would serve and this server does not: batches (gone since 2025-06-18) and listening. */
function refuse(body: unknown): Response | undefined {
  if (Array.isArray(body)) return problem(400, INVALID_REQUEST, 'Batches are not supported.', null);
  const { jsonrpc, method, id } = (body ?? {}) as { jsonrpc?: unknown; method?: unknown; id?: unknown };
  if (method === 'subscriptions/listen') return problem(404, METHOD_NOT_FOUND, 'Method not found', id);
  // The library handles bodies that are not messages.
  if (jsonrpc !== '2.0' || typeof method !== 'string') return undefined;
  const message = findParamProblem(body);
  return message === undefined ? undefined : problem(200, INVALID_PARAMS, message, id);
}
