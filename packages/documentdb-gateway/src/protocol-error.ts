/** The client sent an invalid message; its socket is closed, as by mongod. */
export class GatewayProtocolError extends Error {
  override readonly name = 'GatewayProtocolError';
}
