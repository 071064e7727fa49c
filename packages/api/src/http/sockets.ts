import websocket from '@fastify/websocket';
import { errors } from '@mcp-server/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import type { Holder } from '../services/holder.ts';
import type { Principal } from '../services/principal.ts';
import { authenticate, countCredentials } from './authenticate.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set during the upgrade of a socket. */
    socketHolder: Holder | undefined;
  }
}

/** Far above any message of the protocol; the default of `ws` is 100 MiB. */
export const MAX_FRAME_BYTES = 65_536;
const EVENTS_SCOPE = 'tasks:read';
/** Clients must answer the close frame within this time; then they are terminated. */
const GOODBYE_MS = 1_000;

/** Names that precede a credential in `Sec-WebSocket-Protocol`; the response names only these. */
const CREDENTIAL_PROTOCOLS = ['bearer', 'ticket'] as const;
type CredentialProtocol = (typeof CREDENTIAL_PROTOCOLS)[number];

/** Accepts upgrades on routes that have a `wsHandler`. */
export async function registerSockets(app: FastifyInstance): Promise<void> {
  app.decorateRequest('socketHolder', undefined);
  await app.register(websocket, {
    options: {
      maxPayload: MAX_FRAME_BYTES,
      perMessageDeflate: false,
      handleProtocols: (offered) => CREDENTIAL_PROTOCOLS.find((name) => offered.has(name)) ?? false,
    },
    // `ws` itself answers a broken frame with the right close code.
    errorHandler: (error, _socket, request) => {
      request.log.debug({ err: error }, 'socket ended with an error');
    },
    preClose(this: FastifyInstance, done) {
      const { websocketServer } = this;
      this.deps.sockets.close();
      const cut = setTimeout(
        () => websocketServer.clients.forEach((socket) => socket.terminate()),
        GOODBYE_MS,
      );
      websocketServer.close(() => {
        clearTimeout(cut);
        done();
      });
    },
  });
}

/** Identifies who opens a socket: by header, or by subprotocol, because browsers cannot set headers here. */
export async function authenticateSocket(app: FastifyInstance, request: FastifyRequest): Promise<Principal> {
  const offer = readOffer(request.headers['sec-websocket-protocol']);
  if (!offer) return withScope(await authenticate(app, request));
  if (countCredentials(request) > 0) throw new errors.TwoCredentials();
  if (offer.protocol === 'ticket') return app.deps.tickets.redeem(offer.credential);
  request.headers.authorization = `Bearer ${offer.credential}`;
  return withScope(await authenticate(app, request));
}

/** Events reveal executions and tasks, so a key needs the scope to read them. @throws {errors.MissingScope} */
function withScope(principal: Principal): Principal {
  if ('scopes' in principal && !principal.scopes.includes(EVENTS_SCOPE))
    throw new errors.MissingScope(EVENTS_SCOPE);
  return principal;
}

function readOffer(
  header: string | undefined,
): { protocol: CredentialProtocol; credential: string } | undefined {
  const offered = (header ?? '').split(',').map((part) => part.trim());
  const protocol = CREDENTIAL_PROTOCOLS.find((name) => offered.includes(name));
  const credential = offered[offered.indexOf(protocol ?? '') + 1];
  return protocol && credential ? { protocol, credential } : undefined;
}
