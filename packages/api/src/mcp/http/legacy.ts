import { z } from 'zod';

import type { CallCanceller } from '../cancel-call.ts';
import type { Exchange } from '../exchange.ts';
import { type McpSessions, nameCall } from '../session.ts';
import { INVALID_REQUEST, problem } from './problem.ts';

const SESSION_HEADER = 'mcp-session-id';
/** The code that the reference implementation uses. */
const SESSION_UNKNOWN = -32_001;

const Message = z.looseObject({ method: z.string(), id: z.unknown().optional() });
const Cancelled = z.looseObject({
  params: z.looseObject({ requestId: z.union([z.string(), z.number()]) }),
});

type Serve = (exchange: Exchange) => Promise<Response>;

/**
 * Handles what revision 2025-11-25 has beside requests: `initialize` begins a session, later requests may name it, and
 * `notifications/cancelled` cancels one of its calls. Requests without a session are served too.
 */
export function buildLegacyResponder({
  sessions,
  canceller,
}: {
  sessions: McpSessions;
  canceller: CallCanceller;
}): (request: Request, body: unknown, exchange: Exchange, serve: Serve) => Promise<Response> {
  return async (request, body, exchange, serve) => {
    const { method, id } = Message.safeParse(body).data ?? {};
    const { principal } = exchange;
    if (method === 'initialize') return withSession(await serve(exchange), await sessions.begin(principal));
    const text = request.headers.get(SESSION_HEADER);
    const session = text === null ? undefined : await sessions.read(text, principal);
    // The status tells the client to initialize again.
    if (text !== null && session === undefined)
      return problem(404, SESSION_UNKNOWN, 'Session not found; send initialize again.', id);
    if (method !== 'notifications/cancelled') return serve({ ...exchange, session });
    if (session === undefined)
      return problem(
        400,
        INVALID_REQUEST,
        'notifications/cancelled requires the Mcp-Session-Id that initialize returned: clients number their requests alike.',
        null,
      );
    const { data } = Cancelled.safeParse(body);
    // The protocol wants malformed cancellations to be ignored.
    if (data) await canceller.cancel(principal, nameCall(session, data.params.requestId));
    return new Response(null, { status: 202 });
  };
}

function withSession(response: Response, session: string): Response {
  if (!response.ok) return response;
  const headers = new Headers(response.headers);
  headers.set(SESSION_HEADER, session);
  return new Response(response.body, { status: response.status, headers });
}
